// What a reader loads who opens a page for the first time, and what opening the longest page takes.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { pages } from './lib/built.js';
import { browser, server } from './lib/session.js';
import { workOf, weightOf } from './lib/weight.js';

Error.stackTraceLimit = 0;

const isBuilt = pages.includes('index.html');

const EVIDENCE = 'appendix/evidence.html'; // thousands of entries; a page of another kind
const NO_CHAPTERS = ['print.html', EVIDENCE];
const FIRST_KB = 400;
const PAGE_KB = 700;
const OPENING_MS = 200;

describe('the files of a first visit, as they lie on the disk', { skip: !isBuilt }, () => {
  for (const page of pages.filter((it) => !NO_CHAPTERS.includes(it))) {
    test(page, async () => {
      const { kilobytes, files } = await weightOf(browser, server.origin, page);
      const limit = page === 'index.html' ? FIRST_KB : PAGE_KB;
      assert.ok(kilobytes <= limit, `${kilobytes} kB, expected at most ${limit}:\n${files.join('\n')}`);
    });
  }

  test('are all there, with their fonts', async () => {
    const { files } = await weightOf(browser, server.origin, 'index.html');
    for (const kind of [/index\.html/, /measured-\w+\.css/, /open-sans-400-\w+\.woff2/, /book-\w+\.js/]) {
      assert.ok(files.some((file) => kind.test(file)), `${kind} in\n${files.join('\n')}`);
    }
    assert.deepEqual(files.filter((file) => /\.otf|searchindex/.test(file)), []);
  });
});

describe('the list of evidence', { skip: !pages.includes(EVIDENCE) }, () => {
  test(`takes ${OPENING_MS} ms more than an empty page`, async () => {
    const [list, empty] = [EVIDENCE, '404.html'].map((page) => workOf(browser, server.origin, page));
    const more = await list - await empty;
    assert.ok(more <= OPENING_MS, `${Math.round(more)} ms more`);
  });

  test('opens at the entry that a link names', async () => {
    const tab = await browser.newPage();
    await tab.goto(`${server.origin}/${EVIDENCE}`, { waitUntil: 'load' });
    const ids = await tab.evaluate(() => [...document.querySelectorAll('main li > [id^="ev-"]')].map(({ id }) => id));
    assert.ok(ids.length > 100, `${ids.length} entries`);
    for (const id of [ids[0], ids[Math.floor(ids.length / 3)], ids[Math.floor(ids.length / 2)], ids.at(-1)]) {
      const own = await browser.newPage();
      await own.goto(`${server.origin}/${EVIDENCE}#${id}`, { waitUntil: 'load' });
      await own.waitForTimeout(300);
      const top = await own.evaluate((it) => document.getElementById(it).getBoundingClientRect().top, id);
      assert.ok(top >= -5 && top < 720, `\`${id}\` is ${Math.round(top)} px from the top of the window`);
      await own.close();
    }
    await tab.close();
  });
});
