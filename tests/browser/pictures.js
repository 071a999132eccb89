// The two pictures of README: a page with the card of a number, and what a click on that shows.
// `scripts/pictures` starts it.
import { fileURLToPath } from 'node:url';

import { launch } from './lib/chromium.js';
import { serve } from './lib/server.js';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const PAGE = 'problem-3/k80.html';
const SIZE = { width: 1100, height: 600 };

const server = await serve(`${PROJECT}target/book/html`);
const browser = await launch();
try {
  const tab = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 1.5 });
  await tab.goto(`${server.origin}/${PAGE}`, { waitUntil: 'networkidle' });
  const number = tab.locator('main a.quantity.derived').first();
  await number.hover();
  await tab.locator('#evidence-card').waitFor();
  await tab.screenshot({ path: `${PROJECT}docs/page.png` });
  const entry = new URL(await number.getAttribute('href'), tab.url());
  await number.click();
  await tab.waitForURL(entry.href);
  const id = decodeURIComponent(entry.hash.slice(1));
  await tab.locator('li', { has: tab.locator(`[id="${id}"]`) }).last().screenshot({ path: `${PROJECT}docs/evidence.png` });
} finally {
  await browser.close();
  await server.close();
}
