// One visit: a page in one theme and width, with everything that is wrong with it.
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { keyboardFaults } from './keyboard.js';

const IN_PAGE = new URL('./in_page.js', import.meta.url).pathname;
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const LIGHT = { name: 'light', theme: 'light', width: 1280, height: 900 };
export const COAL = { name: 'coal', theme: 'coal', width: 1280, height: 900 };
export const THEMES = ['light', 'rust', 'coal', 'navy', 'ayu'];
export const PHONE = { name: 'phone', theme: 'light', width: 375, height: 812 };

const LAYOUT = ['plots', 'formulas', 'images', 'overflow', 'clippedLabels', 'faintLabels'];
const STRUCTURE = ['captions', 'placeholders', 'plotNames', 'ids', 'evidence', 'leftovers'];

/** Every check of a visit, with what it asserts. */
export const CHECKS = {
  requests: 'no request leaves the machine and each is answered',
  console: 'no console error and no page error',
  theme: 'the theme is the one that was asked for',
  plots: 'every plot is visible',
  formulas: 'every formula is visible, in the shipped maths font',
  images: 'every image is loaded',
  overflow: 'nothing reaches out of the page',
  clippedLabels: 'no label is cut off by its plot',
  faintLabels: 'every label of a plot can be read on its background',
  captions: 'every figure and table has an id, a numbered caption and its data',
  placeholders: 'what waits for runs is a small box with its numbered captions',
  plotNames: 'every plot has a name for screen readers',
  ids: 'no id is used twice',
  evidence: 'every quantity says its kind and links to its evidence',
  leftovers: 'no template, LaTeX or empty value is left in the text',
  keyboard: 'evidence is reached with Tab and shown on focus',
  axe: 'axe-core finds no serious or critical fault',
};

/** A browser window in one look; its cache serves all pages that are visited in it. */
export async function openLook(browser, look) {
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    serviceWorkers: 'block',
  });
  await context.addInitScript((theme) => {
    try { localStorage.setItem('mdbook-theme', theme); } catch { /* a frame without storage */ }
    window.print = () => {};
  }, look.theme);
  await context.addInitScript({ path: IN_PAGE });
  return { context, look };
}

/**
 * Opens `base/page` in the window and returns `{ faults, links, texts }`;
 * `faults` maps each check's name to a list of sentences.
 */
export async function visit({ context, look }, base, page, { screenshots } = {}) {
  const tab = await context.newPage();
  try {
    const traffic = listen(tab, base);
    await tab.goto(`${base}/${encodeURI(page)}`, { waitUntil: 'load' });
    await settle(tab);
    const faults = { ...await layoutFaults(tab, look), ...await structureFaults(tab, look) };
    if (screenshots) await photograph(tab, join(screenshots, look.name, `${page}.png`));
    faults.keyboard = await keyboardFaults(tab);
    faults.axe = page === 'print.html' ? [] : await axeFaults(tab); // print.html repeats every page
    return { faults: { ...faults, ...traffic }, ...await facts(tab) };
  } finally {
    await tab.close();
  }
}

/** Opens the page and returns what axe-core finds in it, and the labels of plots that cannot be read. */
export async function visitTheme({ context, look }, base, page) {
  const tab = await context.newPage();
  try {
    await tab.goto(`${base}/${encodeURI(page)}`, { waitUntil: 'load' });
    await settle(tab);
    const { theme, faintLabels } = await layoutFaults(tab, look);
    return [...theme, ...faintLabels, ...await axeFaults(tab)];
  } finally {
    await tab.close();
  }
}

/** Opens the page from the disk, without a server: requests, console and what is drawn. */
export async function visitFile({ context }, root, page) {
  const tab = await context.newPage();
  try {
    const traffic = listen(tab, 'file:///');
    await tab.goto(`file://${encodeURI(join(root, page))}`, { waitUntil: 'load' });
    await settle(tab);
    const drawn = await tab.evaluate((list) => window.measuredTest.check(list), ['plots', 'formulas', 'images']);
    return { faults: { ...traffic, ...drawn } };
  } finally {
    await tab.close();
  }
}

/** Collects what goes over the wire and what the console says, from now on. */
function listen(tab, base) {
  const traffic = { requests: [], console: [] };
  const local = (url) => url.startsWith(base) || /^(data|blob|about):/.test(url);
  tab.on('request', (request) => {
    if (!local(request.url())) traffic.requests.push(`asks for \`${request.url()}\``);
  });
  tab.on('websocket', (socket) => traffic.requests.push(`opens a socket to \`${socket.url()}\``));
  tab.on('response', (response) => {
    if (response.status() >= 400) traffic.requests.push(`\`${response.url()}\` answers ${response.status()}`);
  });
  tab.on('requestfailed', (request) => {
    if (local(request.url())) traffic.requests.push(`\`${request.url()}\` fails: ${request.failure()?.errorText}`);
  });
  tab.on('console', (message) => {
    if (message.type() === 'error') traffic.console.push(`console error: ${message.text()}`);
  });
  tab.on('pageerror', (error) => traffic.console.push(`page error: ${error.message}`));
  return traffic;
}

async function settle(tab) {
  await tab.evaluate(async () => {
    window.measuredTest.openEverything();
    await document.fonts.ready;
    await Promise.allSettled([...document.images].map((image) => image.decode()));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  });
}

async function layoutFaults(tab, look) {
  const theme = await tab.evaluate(() => document.documentElement.className);
  const faults = await tab.evaluate((list) => window.measuredTest.check(list), LAYOUT);
  faults.theme = theme.split(' ').includes(look.theme) ? [] : [`html has classes \`${theme}\`, expected \`${look.theme}\``];
  return faults;
}

/** What does not depend on theme or width is looked at once. */
async function structureFaults(tab, look) {
  if (look !== LIGHT) return {};
  return tab.evaluate((list) => window.measuredTest.check(list), STRUCTURE);
}

async function facts(tab) {
  return tab.evaluate(() => ({ links: window.measuredTest.linkFacts(), texts: window.measuredTest.textFacts() }));
}

async function photograph(tab, path) {
  await mkdir(dirname(path), { recursive: true });
  // A page as long as the whole book is more than one picture can hold.
  const height = await tab.evaluate(() => document.documentElement.scrollHeight);
  await tab.screenshot({ path, fullPage: height < 60_000, timeout: 120_000 });
}

/** What axe-core finds in these parts of the page. */
export async function axeFaults(tab, parts = ['main']) {
  await tab.evaluate(AXE);
  const violations = await tab.evaluate(async (include) => {
    const { violations } = await window.axe.run({ include }, { resultTypes: ['violations'] });
    return violations.filter(({ impact }) => ['serious', 'critical'].includes(impact)).map(({ id, impact, help, nodes }) => ({
      id, impact, help, where: nodes.map(({ target, any }) => ({ target: target.join(' '), data: any[0]?.data })),
    }));
  }, parts);
  return violations.map(({ id, impact, help, where }) =>
    `${id} (${impact}): ${help}; ${where.length} times, as ${where.slice(0, 3).map(axePlace).join(', ')}`);
}

function axePlace({ target, data }) {
  const colours = data?.fgColor ? ` (${data.fgColor} on ${data.bgColor}: ${data.contrastRatio}, expected ${data.expectedContrastRatio})` : '';
  return `\`${target}\`${colours}`;
}
