// The built book, page by page, as a reader sees it. BOOK names the build folder.
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { POLICY, attack, ownSocketIsRefused } from './lib/attack.js';
import { REPOSITORY, pages, root } from './lib/built.js';
import { brokenLinks } from './lib/links.js';
import { debris, indexedDocuments, search } from './lib/search.js';
import { browser, server } from './lib/session.js';
import { CHECKS, COAL, LIGHT, PHONE, openLook, visit, visitFile } from './lib/visit.js';

Error.stackTraceLimit = 0; // a failure's sentence names page and element; where the test stands does not help

const OUT = resolve(REPOSITORY, 'target');
const HOSTILE = ['handler', 'image', 'style', 'frame', 'object', 'embed', 'video', 'script', 'form', 'base',
  'fetch', 'beacon', 'socket', 'worker'];
const SEARCHES = ['platform percent of peak', 'square-root sampling'];

const isBuilt = pages.includes('index.html');
const [links, texts] = [new Map(), new Map()];

before(() => rm(`${OUT}/screenshots`, { recursive: true, force: true }));

/** Fails with all that is wrong with the page, each sentence after the name of its check. */
function assertFaultless(page, faults) {
  assertNone(page, Object.entries(faults).flatMap(([check, sentences]) =>
    sentences.map((sentence) => `${CHECKS[check]}: ${sentence}`)));
}

function assertNone(page, sentences) {
  assert.ok(sentences.length === 0, sentences.map((sentence) => `${page}: ${sentence}`).join('\n'));
}

test('the book is built', () => assert.ok(isBuilt, `no index.html in ${root}; hint: mdbook build`));

for (const look of [LIGHT, COAL, PHONE]) {
  describe(`${look.theme} theme, ${look.width} px`, () => {
    let window;
    before(async () => { window = await openLook(browser, look); });
    after(() => window.context.close());
    for (const page of pages) {
      test(page, async () => {
        const seen = await visit(window, server.origin, page, { screenshots: `${OUT}/screenshots` });
        links.set(page, seen.links);
        texts.set(page, seen.texts);
        assertFaultless(page, seen.faults);
      });
    }
  });
}

describe('opened from the disk', () => {
  let window;
  before(async () => { window = await openLook(browser, LIGHT); });
  after(() => window.context.close());
  for (const page of pages) {
    test(page, async () => assertFaultless(page, (await visitFile(window, root, page)).faults));
  }
});

describe('links, anchors and downloads', () => {
  let broken;
  before(async () => { broken = await brokenLinks(root, server.origin, links); });
  for (const page of pages) test(page, () => assertNone(page, broken.get(page) ?? ['was not visited']));
});

describe('markup that slipped into a page', { skip: !isBuilt }, () => {
  const attacked = (policy) => attack(browser, { root, policy });

  test('runs nothing from an attribute and reaches no other host', async () => {
    const { served, fromDisk } = await attacked(true);
    assert.deepEqual([[...served], [...fromDisk]], [[], []]);
  });

  test('would do both without the policy', async () => {
    for (const done of Object.values(await attacked(false))) {
      assert.deepEqual(HOSTILE.filter((event) => !done.has(event)), []);
    }
  });

  test('meets the policy in every page', async () => {
    const open = [];
    for (const page of [...pages, '404.html', 'toc.html']) {
      if (!POLICY.test(await readFile(resolve(root, page), 'utf8'))) open.push(page);
    }
    assert.deepEqual(open, []);
  });

  test('is no reason to refuse the page its own server', async () =>
    assert.equal(await ownSocketIsRefused(browser, server.origin), false));
});

describe('search', { skip: !isBuilt }, () => {
  for (const phrase of SEARCHES) {
    test(`finds “${phrase}”`, async () => {
      const results = await search(browser, server.origin, phrase);
      assert.ok(results.some((text) => text.toLowerCase().includes(phrase)), `\`${phrase}\` is in none of ${results.length} results`);
    });
  }

  test('holds nothing of a plot or a formula', async () => {
    await mkdir(`${OUT}/browser`, { recursive: true });
    await writeFile(`${OUT}/browser/drawn.json`, JSON.stringify(Object.fromEntries(texts), null, 1));
    const found = debris(await indexedDocuments(browser, server.origin), texts);
    const sentences = [...found].flatMap(([page, list]) => list.map((sentence) => `${page}: ${sentence}`));
    assert.ok(sentences.length === 0, sentences.join('\n'));
  });
});
