// Tables: what screen readers, the keyboard and a phone need of them. BOOK names the build folder.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { single as pages } from './lib/built.js';
import { browser, server } from './lib/session.js';

Error.stackTraceLimit = 0;

const WIDEST = 'problem-4/loss-models.html'; // with a table of many columns
const MIXED = 'problem-3/k80.html'; // with quoted numbers among derived ones

/** Opens a page in a window of this width and returns what `look` makes of it. */
async function at(width, page, look) {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  try {
    const tab = await context.newPage();
    await tab.goto(`${server.origin}/${page}`);
    return await look(tab);
  } finally {
    await context.close();
  }
}

/** What `find` finds in each page of the book, after the page's name; it should be nothing. */
async function assertNowhere(width, find) {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  const found = [];
  try {
    const tab = await context.newPage();
    for (const page of pages) {
      await tab.goto(`${server.origin}/${page}`);
      found.push(...(await tab.evaluate(find)).map((sentence) => `${page}: ${sentence}`));
    }
  } finally {
    await context.close();
  }
  assert.deepEqual(found, []);
}

describe('every table', () => {
  test('that has a number has a caption', () => assertNowhere(1280, () =>
    [...document.querySelectorAll('main figure.table table')]
      .filter((table) => !/^Table\s\d+\./.test(table.caption?.textContent.trim() ?? ''))
      .map((table) => table.textContent.slice(0, 40))));

  test('has heads of columns and of rows', () => assertNowhere(1280, () =>
    [...document.querySelectorAll('main table')].flatMap((table) => {
      const heads = [...table.tHead.rows[0].cells];
      const rows = [...table.tBodies[0].rows];
      const firsts = rows.map((row) => row.cells[0]).filter((cell) => cell.textContent.trim());
      const isNamed = firsts.every((cell) => !cell.querySelector('.quantity'))
        || (rows.length > 1 && new Set(firsts.map((cell) => cell.textContent)).size === rows.length);
      return [
        ...heads.filter((cell) => !cell.textContent.trim()).map(() => 'an empty head'),
        ...heads.filter((cell) => cell.scope !== 'col').map((cell) => `${cell.textContent} is no head`),
        ...(!isNamed || heads.length < 2 ? [] : firsts.filter((cell) => cell.scope !== 'row').map((cell) => `${cell.textContent} is no head of its row`)),
      ];
    })));

  test('is one stop of the Tab key', () => assertNowhere(1280, () =>
    [...document.querySelectorAll('main table')].flatMap((table) => {
      const stops = [...table.querySelectorAll(':is(td, th) :is(a[href], [tabindex])')].filter((stop) => stop.tabIndex === 0);
      const boxed = table.parentElement.tabIndex === 0;
      return stops.length + boxed <= 1 ? [] : [`${stops.length} stops in ${table.textContent.slice(0, 40)}`];
    })));

  test('looks the same, be it written in Markdown or made', () => assertNowhere(1280, () =>
    [...document.querySelectorAll('main table')].flatMap((table) => {
      const style = getComputedStyle(table);
      const [head, cell] = [table.tHead.rows[0].cells[0], table.tBodies[0].rows[0].cells[0]].map((it) => getComputedStyle(it));
      const seen = [style.borderCollapse, head.borderTopWidth, head.borderLeftWidth, cell.borderLeftWidth, cell.borderTopWidth].join(' ');
      return seen === 'separate 2px 0px 0px 0px' ? [] : [seen];
    })));
});

describe('names and numbers', () => {
  const broken = () => [...document.querySelectorAll('main :is(.quantity:not(.pending), .unbroken)')]
    .filter((element) => !element.closest('details:not([open])') && element.getClientRects().length > 1)
    .map((element) => element.textContent);
  test('stay in one line', () => assertNowhere(1280, broken));
  test('stay in one line on a phone', () => assertNowhere(375, broken));
  test('are found: no name with a number is left to break', () => assertNowhere(1280, () => {
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const parent = walker.currentNode.parentElement;
      if (parent.closest('h1, h2, h3, h4, h5, h6, code, pre, svg, math, .unbroken, .quantity, a[href^="http"]') || document.querySelector('#build')) continue;
      found.push(...(walker.currentNode.data.match(/\b(?:ResNet|VGG|CIFAR)-\d+\b/g) ?? []));
    }
    return found;
  }));
});

describe('numbers in a table', () => {
  const decoration = (element) => getComputedStyle(element).textDecorationLine;

  test('are underlined where their kind is not that of the table, or on hover and focus', () => at(1280, MIXED, async (tab) => {
    const quiet = tab.locator('table[data-kind=derived] .quantity.derived').first();
    const other = tab.locator('table[data-kind=derived] .quantity.quoted').first();
    assert.deepEqual([await quiet.evaluate(decoration), await other.evaluate(decoration)], ['none', 'underline']);
    await quiet.hover();
    assert.equal(await quiet.evaluate(decoration), 'underline');
    await tab.mouse.move(0, 0);
    await quiet.focus();
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('ArrowLeft');
    assert.equal(await quiet.evaluate(decoration), 'underline');
  }));

  test('are of the kind of most of them', () => assertNowhere(1280, () =>
    [...document.querySelectorAll('main table')].flatMap((table) => {
      const count = (kind) => table.querySelectorAll(`:is(td, th) .quantity.${kind}`).length;
      const most = Math.max(...['measured', 'derived', 'quoted'].map(count));
      const { kind } = table.dataset;
      return (kind ? count(kind) : 0) === most ? [] : [`${kind} in ${table.textContent.slice(0, 40)}`];
    })));

  test('are reached with arrow keys, which turn no page', () => at(1280, MIXED, async (tab) => {
    const texts = await tab.evaluate(() => {
      const [table] = document.querySelectorAll('main table');
      table.querySelector('tbody a').focus();
      return [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll('a')].map((link) => link.textContent));
    });
    const press = async (key) => {
      await tab.keyboard.press(key);
      return tab.evaluate(() => [document.activeElement.textContent, document.activeElement.tabIndex]);
    };
    assert.deepEqual(await press('ArrowRight'), [texts[0][1], 0]);
    assert.deepEqual(await press('ArrowDown'), [texts[1][1], 0]);
    assert.deepEqual(await press('End'), [texts[1].at(-1), 0]);
    assert.deepEqual(await press('Home'), [texts[1][0], 0]);
    assert.deepEqual(await press('ArrowUp'), [texts[0][0], 0]);
    assert.deepEqual(await press('ArrowUp'), [texts[0][0], 0]);
    assert.deepEqual(await press('ArrowLeft'), [texts[0][0], 0]);
    assert.ok(tab.url().endsWith(MIXED), tab.url());
    await tab.keyboard.press('ArrowRight');
    await tab.keyboard.press('Tab');
    assert.ok(await tab.evaluate(() => !document.activeElement.closest('td, th')), 'Tab stays in the table');
    await tab.keyboard.press('Shift+Tab');
    assert.equal(await tab.evaluate(() => document.activeElement.textContent), texts[0][1]);
  }));
});

describe('what is wider than its place', () => {
  const unnamed = () => [...document.querySelectorAll('main *')]
    .filter((box) => /auto|scroll/.test(getComputedStyle(box).overflowX) && box.scrollWidth > box.clientWidth && box.checkVisibility())
    .flatMap((box) => {
      const name = box.getAttribute('aria-label')?.trim();
      const caption = box.querySelector('caption') ?? box.closest('figure')?.querySelector('figcaption');
      const reached = box.tabIndex === 0 || box.querySelector('a[href]:not([tabindex="-1"]), [tabindex="0"]');
      return [
        box.getAttribute('role') === 'region' && name ? null : 'has no name',
        !caption || name === caption.textContent.trim() ? null : `is called ${name}, not as its caption`,
        reached ? null : 'is not reached with the keyboard',
      ].filter(Boolean).map((sentence) => `${box.localName}.${box.className} ${sentence}`);
    });
  test('is named and reached with the keyboard', () => assertNowhere(1280, unnamed));
  test('is named and reached with the keyboard on a phone', () => assertNowhere(375, unnamed));

  test('on a phone keeps its first column and shows that it goes on', () => at(375, WIDEST, async (tab) => {
    const seen = await tab.evaluate(() => {
      const box = [...document.querySelectorAll('.table-wrapper')].find((it) => it.scrollWidth > it.clientWidth + 100);
      const lefts = () => [...box.querySelectorAll('tr > :first-child')].map((cell) => Math.round(cell.getBoundingClientRect().left - box.getBoundingClientRect().left));
      const second = () => box.querySelector('tbody td').getBoundingClientRect().left;
      const [before, secondBefore] = [lefts(), second()];
      box.scrollLeft = 100;
      const cell = box.querySelector('tbody th');
      return {
        before, after: lefts(), moved: Math.round(secondBefore - second()),
        covers: getComputedStyle(cell).backgroundColor === getComputedStyle(document.body.closest('html').querySelector('body')).backgroundColor
          || getComputedStyle(cell).backgroundColor !== 'rgba(0, 0, 0, 0)',
        shadow: getComputedStyle(box).backgroundImage,
      };
    });
    assert.deepEqual(seen.after, seen.before);
    assert.ok(seen.after.every((left) => left === 0), seen.after.join());
    assert.equal(seen.moved, 100);
    assert.ok(seen.covers);
    assert.match(seen.shadow, /linear-gradient.*linear-gradient/);
  }));

  test('on a phone shows the number that the keyboard goes to beside its first column', () => at(375, WIDEST, async (tab) => {
    const seen = await tab.evaluate(async () => {
      const box = [...document.querySelectorAll('.table-wrapper')].find((it) => it.scrollWidth > it.clientWidth + 100);
      box.querySelector('tbody td a').focus();
      return box.scrollWidth;
    });
    assert.ok(seen > 375);
    const hidden = [];
    for (const key of [...Array(6).fill('ArrowRight'), ...Array(6).fill('ArrowLeft')]) {
      await tab.keyboard.press(key);
      await tab.waitForTimeout(100);
      const sentence = await tab.evaluate(() => {
        const stop = document.activeElement;
        const column = stop.closest('tr').cells[0].getBoundingClientRect();
        const { left, width } = stop.getBoundingClientRect();
        return left + width / 2 > column.right ? null : `${stop.textContent} is under the first column`;
      });
      if (sentence) hidden.push(`${key}: ${sentence}`);
    }
    assert.deepEqual(hidden, []);
  }));

  test('leaves the column of the text in a wide window alone', async () => {
    const outside = (width) => at(width, WIDEST, (tab) => tab.evaluate(() => {
      const { width } = document.querySelector('main').getBoundingClientRect();
      const boxes = [...document.querySelectorAll('figure.table > .table-wrapper')];
      const excess = document.documentElement.scrollWidth - document.documentElement.clientWidth;
      return { wider: boxes.filter((box) => box.getBoundingClientRect().width > width + 1).length, excess };
    }));
    assert.deepEqual(await outside(1390), { wider: 0, excess: 0 });
    for (const width of [1400, 1600, 1920]) {
      const { wider, excess } = await outside(width);
      assert.ok(wider > 0 && excess === 0, `at ${width} px ${wider} are wider, and the page by ${excess} px`);
    }
  });
});
