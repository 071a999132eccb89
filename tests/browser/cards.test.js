// Evidence cards: a number says beside itself what it is and where it comes from. BOOK names the build folder.
import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { root } from './lib/built.js';
import { browser, server } from './lib/session.js';

Error.stackTraceLimit = 0;

const CARD = '#evidence-card';
const WIDE = { viewport: { width: 1280, height: 900 } };
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

// A page with prose numbers of each kind, and what its card says beside value and kind.
const KINDS = {
  measured: { page: 'problem-1/feature-extraction.html', says: /Measured in run \S+ on [^,]+, \w+, seed \d+/ },
  derived: { page: 'problem-3/k80.html', says: /Computed: FLOPs as printed \/ peak\..*lu\.vgg16\.total = 15,503,000,000/s },
  quoted: { page: 'problem-3/k80.html', says: /Quoted from NVIDIA 2014, specifications/ },
};
const PAGE = KINDS.quoted.page;
const EACH = 30; // of the numbers in tables that are tried
const NUMBER = 'main p > a.quantity.quoted';

/** Opens a page and hands it to `look`. */
async function visit(options, base, page, look) {
  const context = await browser.newContext(options);
  try {
    const tab = await context.newPage();
    await tab.goto(`${base}/${page}`);
    await look(tab);
  } finally {
    await context.close();
  }
}

const served = (page, look, options = WIDE) => visit(options, server.origin, page, look);

async function isShown(tab, expected = true) {
  await tab.locator(CARD).waitFor({ state: expected ? 'visible' : 'hidden', timeout: 3000 });
}

async function hover(tab, selector) {
  await tab.mouse.move(0, 0);
  await tab.locator(selector).first().hover();
  await isShown(tab);
}

/** Puts the focus on the number as the Tab key does. */
async function focus(tab, selector) {
  const number = tab.locator(selector).first();
  await number.evaluate((element) => {
    const start = document.createElement('span');
    start.tabIndex = -1;
    element.before(start);
    start.focus();
  });
  await tab.keyboard.press('Tab');
  return number;
}

const describedBy = (number) => number.getAttribute('aria-describedby');

describe('a card', () => {
  for (const [kind, { page, says }] of Object.entries(KINDS)) {
    for (const from of ['server', 'disk']) {
      test(`of a ${kind} number says what it is, from the ${from}`, () => visit(WIDE, from === 'server' ? server.origin : `file://${root}`, page, async (tab) => {
        const number = `main p > a.quantity.${kind}`;
        await hover(tab, number);
        const text = await tab.locator(CARD).innerText();
        assert.ok(text.startsWith(await tab.locator(number).first().innerText()), text);
        assert.match(text, new RegExp(`\\b${kind}\\b`));
        assert.match(text, says);
        const entry = tab.locator(`${CARD} a`);
        assert.equal(await entry.evaluate((link) => link.href), await tab.locator(number).first().evaluate((link) => link.href));
      }));
    }
  }

  test('names at most three inputs', () => served('problem-4/loss-models.html', async (tab) => {
    const marks = await tab.locator('main p > a.quantity.derived').count();
    for (let nth = 0; nth < Math.min(marks, 5); nth += 1) {
      await tab.mouse.move(0, 0);
      await tab.locator('main p > a.quantity.derived').nth(nth).hover();
      await isShown(tab);
      const lines = await tab.locator(`${CARD} li`).allInnerTexts();
      assert.ok(lines.length <= 4 && (lines.length < 4 || /^and \d+ more$/.test(lines[3])), lines.join('\n'));
    }
  }));

  test('stays while the pointer is on it, and goes when it has left', () => served(PAGE, async (tab) => {
    await hover(tab, NUMBER);
    const [number, card] = [await tab.locator(NUMBER).first().boundingBox(), await tab.locator(CARD).boundingBox()];
    assert.ok(card.y >= number.y + number.height || card.y + card.height <= number.y, 'the card lies on its number');
    await tab.mouse.move(card.x + 40, card.y + card.height / 2, { steps: 12 });
    await tab.waitForTimeout(800);
    await isShown(tab);
    await tab.mouse.move(2, 2);
    await isShown(tab, false);
  }));

  test('opens on focus, describes the number, and Escape closes it where it is', () => served(PAGE, async (tab) => {
    const number = await focus(tab, NUMBER);
    await isShown(tab);
    assert.equal(await describedBy(number), await tab.locator(CARD).getAttribute('id'));
    assert.equal(await tab.locator(CARD).getAttribute('role'), 'tooltip');
    await tab.keyboard.press('Escape');
    await isShown(tab, false);
    assert.equal(await describedBy(number), null);
    assert.ok(await number.evaluate((element) => document.activeElement === element), 'the focus is lost');
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Shift+Tab');
    await isShown(tab);
    await tab.keyboard.press('Tab');
    assert.equal(await describedBy(number), null);
  }));

  test('that the pointer opened is closed by Escape, too', () => served(PAGE, async (tab) => {
    await hover(tab, NUMBER);
    await tab.keyboard.press('Escape');
    await isShown(tab, false);
    await tab.waitForTimeout(500);
    await isShown(tab, false);
  }));

  test('stays in the window', () => served('problem-3/percent-of-peak.html', async (tab) => {
    const numbers = await tab.locator('main table a.quantity').all();
    for (const number of numbers.filter((_, nth) => nth % EACH === 0)) {
      await number.scrollIntoViewIfNeeded();
      await tab.mouse.move(0, 0);
      await isShown(tab, false);
      await number.hover();
      await isShown(tab);
      const { x, y, width, height } = await tab.locator(CARD).boundingBox();
      assert.ok(x >= 0 && y >= 0 && x + width <= WIDE.viewport.width && y + height <= WIDE.viewport.height, `${x} ${y} ${width} ${height}`);
    }
  }));

  test('is a sheet on a phone, which the first tap opens and the second follows', () => served(PAGE, async (tab) => {
    const number = tab.locator(NUMBER).first();
    await number.evaluate((element) => element.scrollIntoView({ block: 'end' }));
    await number.tap();
    await isShown(tab);
    assert.ok(tab.url().endsWith(PAGE), tab.url());
    const [mark, sheet] = [await number.boundingBox(), await tab.locator(CARD).boundingBox()];
    assert.deepEqual([sheet.x, sheet.width, Math.round(sheet.y + sheet.height)], [0, PHONE.viewport.width, PHONE.viewport.height]);
    assert.ok(mark.y >= 0 && mark.y + mark.height <= sheet.y, 'the sheet lies on its number');
    const href = await number.evaluate((link) => link.href);
    await number.tap();
    await tab.waitForURL(href);
    await assertHighlighted(tab);
  }, PHONE));

  test('on a phone leads to the entry, and a tap beside it closes it', () => served(PAGE, async (tab) => {
    const number = tab.locator(NUMBER).first();
    await number.tap();
    await isShown(tab);
    await tab.locator('main h1').tap({ position: { x: 2, y: 2 } });
    await isShown(tab, false);
    await number.tap();
    await isShown(tab);
    await tab.locator(`${CARD} a`).tap();
    await tab.waitForURL(/evidence\.html#ev-/);
  }, PHONE));

  test('that a tap opened stays when the page scrolls under a mouse', () => served('problem-4/loss-models.html', async (tab) => {
    await tab.mouse.move(1, 1);
    await tab.locator('main table a.quantity').nth(20).tap();
    await isShown(tab);
    await tab.waitForTimeout(800);
    await isShown(tab);
  }, PHONE));

  test('of another number opens with one tap', () => served(PAGE, async (tab) => {
    const [one, other] = [tab.locator('main p > a.quantity.derived').nth(0), tab.locator('main p > a.quantity.derived').nth(1)];
    await one.tap();
    await isShown(tab);
    await other.tap();
    await tab.waitForFunction((id) => document.querySelectorAll(`[aria-describedby=${id}]`).length === 1, CARD.slice(1));
    assert.ok(await describedBy(other));
    assert.ok(tab.url().endsWith(PAGE), tab.url());
  }, PHONE));
});

/** The entry that the address names stands out from those beside it. */
async function assertHighlighted(tab) {
  const [own, next] = await tab.evaluate(() => {
    const entry = document.getElementById(decodeURIComponent(location.hash.slice(1))).closest('li');
    return [entry, entry.nextElementSibling ?? entry.previousElementSibling].map((item) => getComputedStyle(item).backgroundColor);
  });
  assert.notEqual(own, next);
}

describe('without cards', () => {
  test('nothing of them is loaded until one is asked for', () => served(PAGE, async (tab) => {
    await tab.waitForLoadState('networkidle');
    const scripts = () => tab.evaluate(() => [...document.scripts].filter((script) => script.src.includes('/cards/')).length);
    assert.equal(await scripts(), 0);
    await hover(tab, NUMBER);
    await hover(tab, 'main p > a.quantity.derived');
    assert.equal(await scripts(), 1);
  }));

  test('a number without scripting is a link to its entry', () => served(PAGE, async (tab) => {
    await tab.locator(NUMBER).first().click();
    await tab.waitForURL(/evidence\.html#ev-/);
  }, { ...WIDE, javaScriptEnabled: false }));

  test('a number whose card cannot be had is a link to its entry on a phone', () => served(PAGE, async (tab) => {
    await tab.route('**/cards/*.js', (route) => route.abort());
    await tab.locator(NUMBER).first().tap();
    await tab.waitForURL(/evidence\.html#ev-/);
  }, PHONE));
});

describe('the texts of cards', () => {
  test('are in no page and in no search', async () => {
    const index = (await readdir(root)).find((name) => /^searchindex.*\.js$/.test(name));
    for (const file of ['print.html', PAGE, index]) {
      assert.doesNotMatch(await readFile(join(root, file), 'utf8'), /Measured in run|Quoted from NVIDIA 2014|evidence-card-/, file);
    }
  });

  test('are there for every number of the whole book on one page', () => served('print.html', async (tab) => {
    const missing = await tab.evaluate(async () => {
      const names = new Set();
      const take = window.measuredCards;
      window.measuredCards = (cards) => { Object.keys(cards.numbers).forEach((name) => names.add(name)); take(cards); };
      for (const { dataset } of document.querySelectorAll('[data-cards]')) {
        await new Promise((done, failed) => {
          const script = document.createElement('script');
          Object.assign(script, { src: dataset.cards, onload: done, onerror: () => failed(new Error(dataset.cards)) });
          document.head.append(script);
        });
      }
      return [...document.querySelectorAll('main .quantity')]
        .map((mark) => decodeURIComponent((mark.getAttribute('href') ?? mark.dataset.entry).split('#ev-')[1]))
        .filter((name) => !names.has(name));
    });
    assert.deepEqual(missing, []);
  }, { ...WIDE }));
});
