// What a page would do with markup that slipped into it: the second wall behind the escaping.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { serve } from './server.js';

/** The content-security policy of a page. */
export const POLICY = /<meta http-equiv="Content-Security-Policy"[^>]*>/;

/**
 * Opens the book's first page with hostile markup in it, from a server and from the disk.
 * Returns what the markup brought about in each case, each event once. Without its `policy` the page
 * shows that the markup is hostile indeed.
 */
export async function attack(browser, { root, policy }) {
  const foreign = await foreignServer();
  const folder = await mkdtemp(join(tmpdir(), 'measured-attack-'));
  const server = await serve(folder);
  try {
    const page = await readFile(join(root, 'index.html'), 'utf8');
    const kept = policy ? page : page.replace(POLICY, '');
    const attacked = kept.replace('</main>', `${hostileMarkup(foreign.origin)}</main>`);
    await writeFile(join(folder, 'index.html'), attacked);
    return {
      served: await visitAttacked(browser, foreign, `${server.origin}/index.html`),
      fromDisk: await visitAttacked(browser, foreign, `file://${folder}/index.html`),
    };
  } finally {
    await Promise.all([foreign.close(), server.close(), rm(folder, { recursive: true })]);
  }
}

/** Every way out of a page that needs no reader's click, each with its own name. */
function hostileMarkup(foreign) {
  return `
    <img src="nowhere.png" onerror="window.ran = ['handler']">
    <svg onload="window.ran = ['handler']"></svg>
    <img src="${foreign}/image"><link rel="stylesheet" href="${foreign}/style">
    <iframe src="${foreign}/frame"></iframe><object data="${foreign}/object"></object>
    <embed src="${foreign}/embed"><video src="${foreign}/video"></video>
    <script src="${foreign}/script"></script>
    <form action="${foreign}/form" target="_blank"><input name="a"></form>
    <base href="${foreign}/base/"><img src="relative">
    <script>
      fetch('${foreign}/fetch', { mode: 'no-cors' }).catch(() => {});
      navigator.sendBeacon('${foreign}/beacon', 'a');
      try { new WebSocket('${foreign}/socket'.replace('http', 'ws')); } catch { /* refused */ }
      try { new Worker(URL.createObjectURL(new Blob(["fetch('${foreign}/worker')"]))); } catch { /* refused */ }
      document.querySelector('form[target]').submit();
    </script>`;
}

/** What the markup brought about: the foreign server's paths that were asked for, and `handler`. */
async function visitAttacked(browser, foreign, url) {
  const context = await browser.newContext({ serviceWorkers: 'block' });
  try {
    const tab = await context.newPage();
    await tab.goto(url, { waitUntil: 'load' });
    await tab.waitForTimeout(500);
    const ran = await tab.evaluate(() => window.ran ?? []);
    return new Set([...ran, ...foreign.take()]);
  } finally {
    await context.close();
  }
}

/** Another host, which notes the paths that it is asked for. */
async function foreignServer() {
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url.split(/[/?]/)[1]);
    response.writeHead(200, { 'content-type': 'text/javascript' }).end();
  });
  server.on('upgrade', (request, socket) => {
    asked.push(request.url.split('/')[1]);
    socket.destroy();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    take: () => asked.splice(0),
    close: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}

/** Whether the page may talk to the server that it came from, as `mdbook serve` makes it do. */
export async function ownSocketIsRefused(browser, origin) {
  const tab = await browser.newPage();
  try {
    await tab.goto(`${origin}/index.html`, { waitUntil: 'load' });
    return await tab.evaluate(() => new Promise((resolve) => {
      document.addEventListener('securitypolicyviolation', () => resolve(true));
      const socket = new WebSocket(`ws://${location.host}/__livereload`);
      socket.addEventListener('error', () => setTimeout(() => resolve(false), 100));
    }));
  } finally {
    await tab.close();
  }
}
