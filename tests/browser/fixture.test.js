// The checks' own tests: nothing is found in the good fixture, and exactly each page's fault in the bad one.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { pagesOf } from './lib/book.js';
import { launch } from './lib/chromium.js';
import { brokenLinks } from './lib/links.js';
import { debris, indexedDocuments, search } from './lib/search.js';
import { serve } from './lib/server.js';
import { COAL, LIGHT, PHONE, openLook, visit, visitFile } from './lib/visit.js';

const FIXTURES = new URL('./fixture/', import.meta.url).pathname;

// Page of the bad fixture → check → what its sentences say, one pattern each.
const FAULTS = {
  'index-page.html': {},
  'foreign-image.html': { requests: [/asks for `https:\/\/example\.org\/a\.png`/], images: [/did not load/], console: [/ERR_NAME_NOT_RESOLVED/] },
  'foreign-hint.html': { links: [/`https:\/\/example\.org\/` is not in the book/] },
  'missing-image.html': { requests: [/nowhere\.png` answers 404/], images: [/nowhere\.png` did not load/], console: [/404/] },
  'console-error.html': { console: [/the kettle boils over/] },
  'page-error.html': { console: [/the kettle is empty/] },
  'broken-links.html': {
    links: [/nowhere\.html` is not in/, /no anchor `nowhere`/, /nowhere\.csv` is missing/, /row 2 has 1 fields, expected 2/, /holds no row/, /`\/index\.html` works on one machine/, /`file:.* works on one machine/],
  },
  'hidden-plot.html': { plots: [/fig-flat.* 0 × 0 px/, /fig-blank.* draws nothing/, /fig-none.* holds no drawing/] },
  'hidden-formula.html': { formulas: [/math.*: is not visible/, /did not parse/] },
  'formula-without-font.html': { formulas: [/font `No Such Maths` is not shipped/] },
  'wide.html': { overflow: [/div#wide: reaches \d+ px out/] },
  'wide-on-a-phone.html': { overflow: [/div#wide: reaches \d+ px out of the page at 375 px/] },
  'other-theme.html': { theme: [/classes `ayu`, expected `light`/] },
  'cut-label.html': { clippedLabels: [/Milliseconds.* is cut off/] },
  'black-label.html': { faintLabels: [/Milliseconds.* contrast 1\.\d, expected/] },
  'bare-figure.html': { captions: [/no id/, /does not begin with/, /no link to its data/], plotNames: [/role="img"/] },
  'tall-placeholder.html': { placeholders: [/is \d+ px tall, expected at most 120/, /no id/, /does not begin with its number/] },
  'same-id.html': { ids: [/`twice` is used twice/] },
  'vague-evidence.html': { evidence: [/neither measured nor derived/, /does not link/] },
  'leftovers.html': { leftovers: [/shows template delimiters/, /shows LaTeX/, /shows a reference/, /shows an empty value/] },
  'no-tab.html': { keyboard: [/3\.00 ms.* Tab does not reach/, /2\.00 ms.* shows no evidence/, /4\.00 ms.* shows no outline/] },
  'wide-note.html': { keyboard: [/reaches out of the page/] },
  'nameless-button.html': { axe: [/button-name \(critical\)/] },
  'debris.html': { search: [/“Elapsed microseconds”/, /“alpha\+beta”/] },
};

// Pages of the bad fixture whose fault shows in one look only; the others are visited in the light theme.
const ONE_LOOK = { 'black-label.html': COAL, 'wide-on-a-phone.html': PHONE };

/** Builds the fixture with plain mdBook and runs every check on it. */
async function examine(name, looksOf, isOpenedFromDisk) {
  const folder = await mkdtemp(join(tmpdir(), `measured-${name}-`));
  await cp(join(FIXTURES, 'assets'), folder, { recursive: true });
  await cp(join(FIXTURES, name), folder, { recursive: true });
  execFileSync('mdbook', ['build', folder], { stdio: 'pipe' });
  const root = join(folder, 'book');
  const [browser, server] = await Promise.all([launch(), serve(root)]);
  try {
    return await examineAt({ root, browser, origin: server.origin, looksOf, isOpenedFromDisk });
  } finally {
    await Promise.all([browser.close(), server.close()]);
    await rm(folder, { recursive: true });
  }
}

async function examineAt(book) {
  const { root, browser, origin, looksOf, isOpenedFromDisk } = book;
  const faults = new Map();
  const [links, texts] = [new Map(), new Map()];
  const windows = new Map();
  for (const look of [LIGHT, COAL, PHONE]) windows.set(look, await openLook(browser, look));
  for (const page of await pagesOf(root)) {
    const visits = [];
    for (const look of looksOf(page)) visits.push(await visit(windows.get(look), origin, page));
    links.set(page, visits[0].links);
    texts.set(page, visits[0].texts);
    faults.set(page, merge(visits.map((seen) => seen.faults)));
  }
  const add = (check, found) => found.forEach((list, page) => { faults.get(page)[check] = list; });
  add('links', await brokenLinks(root, origin, links));
  add('search', debris(await indexedDocuments(browser, origin), texts));
  const fromDisk = new Map();
  for (const page of [...faults.keys()].filter(isOpenedFromDisk)) fromDisk.set(page, (await visitFile(windows.get(LIGHT), root, page)).faults);
  return { faults, fromDisk, found: await search(browser, origin, 'platform percent of peak') };
}

/** Check → sentences of all visits, each once, empty checks left out. */
function merge(list) {
  const all = {};
  for (const [check, sentences] of list.flatMap(Object.entries)) {
    all[check] = [...new Set([...(all[check] ?? []), ...sentences])];
  }
  return all;
}

/** Each sentence matches a pattern, and each pattern a sentence. */
function compare(found, expected) {
  const checks = Object.entries(found).filter(([, sentences]) => sentences.length > 0);
  assert.deepEqual(checks.map(([check]) => check).sort(), Object.keys(expected).sort(), JSON.stringify(found, null, 1));
  for (const [check, sentences] of checks) {
    for (const pattern of expected[check]) assert.ok(sentences.some((text) => pattern.test(text)), `${pattern} is not in\n${sentences.join('\n')}`);
    for (const text of sentences) assert.ok(expected[check].some((pattern) => pattern.test(text)), `not expected: ${text}`);
  }
}

describe('the good fixture', () => {
  let good;
  before(async () => { good = await examine('good', () => [LIGHT, COAL, PHONE], () => true); });
  test('has no fault', () => good.faults.forEach((found) => compare(found, {})));
  test('has no fault when it is opened from the disk', () => good.fromDisk.forEach((found) => compare(found, {})));
  test('is searched', () => assert.match(good.found.join('\n'), /platform percent of peak/));
  test('has every page', () => assert.deepEqual([...good.faults.keys()],
    ['index.html', 'introduction.html', 'print.html', 'results/evidence.html', 'results/plot.html']));
});

describe('the bad fixture', () => {
  let bad;
  before(async () => { bad = await examine('bad', (page) => [ONE_LOOK[page] ?? LIGHT], (page) => page === 'foreign-image.html'); });
  for (const [page, expected] of Object.entries(FAULTS)) {
    test(page, () => compare(bad.faults.get(page), expected));
  }
  test('has no other page', () => assert.deepEqual([...bad.faults.keys()].sort(), ['index.html', ...Object.keys(FAULTS)].sort()));
  test('a foreign request is seen from the disk, too', () =>
    assert.match(bad.fromDisk.get('foreign-image.html').requests.join('\n'), /example\.org/));
  test('a phrase that is not in the book is not found', () =>
    assert.doesNotMatch(bad.found.join('\n'), /platform percent of peak/));
});
