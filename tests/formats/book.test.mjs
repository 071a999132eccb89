// The built book: the PDF holds what the HTML holds. BOOK names the build folder.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';

import { digitsThatDiffer, evidenceMissing, headingsThatDiffer, numbersMissing, withoutRepeatedHeads } from './lib/compare.mjs';
import { build, cardFiles, contents, evidence, headings, shown, tableHeads } from './lib/html.mjs';
import { bookmarks, chapters, titlePage } from './lib/pdf.mjs';

Error.stackTraceLimit = 0; // a failure's sentence names the number; where the test stands does not help

const BOOK = process.env.BOOK ?? new URL('../../target/book', import.meta.url).pathname;
const PDF = resolve(BOOK, 'measured-pdf/book.pdf');
const PRINT = resolve(BOOK, 'html/print.html');
const ALTERED = 40; // places at which the PDF's text is altered to prove that this is seen

const isBuilt = existsSync(PDF) && existsSync(PRINT);

function assertNone(sentences) {
  assert.ok(sentences.length === 0, sentences.join('\n'));
}

test('the book is built', () => assert.ok(isBuilt, `no \`${PDF}\` beside \`${PRINT}\`; hint: mdbook build`));

describe('HTML and PDF', { skip: !isBuilt }, () => {
  const html = readFileSync(PRINT, 'utf8');
  const { numbers, parts } = contents(readFileSync(resolve(BOOK, 'html/toc.html'), 'utf8'));
  const pieces = shown(html);
  const text = withoutRepeatedHeads(chapters(PDF), tableHeads(html));
  const faults = (altered) => [...numbersMissing(pieces, altered), ...digitsThatDiffer(pieces, numbers, altered)];

  test('hold the same numbers', () => assertNone(numbersMissing(pieces, text)));
  test('hold the same digits', () => assertNone(digitsThatDiffer(pieces, numbers, text)));
  test('hold the same evidence', () => {
    const scripts = cardFiles(html).map((file) => readFileSync(resolve(BOOK, 'html', file), 'utf8'));
    assert.ok(scripts.length > 0, 'no number has a card');
    assertNone(evidenceMissing(scripts.flatMap(evidence), text));
  });
  test('have the same headings', () => assertNone(headingsThatDiffer(headings(html), parts, bookmarks(PDF).map(({ title }) => title))));
  test('show the same build', () => {
    assert.match(build(html) ?? '', /^[0-9a-f]{12}$/);
    assert.match(titlePage(PDF), new RegExp(`Build ${build(html)}`));
  });

  test('are told apart when a number of the PDF is lost or altered', () => {
    const places = [...text.matchAll(/\d/g)].map(({ index }) => index);
    for (let nth = 0; nth < ALTERED; nth += 1) {
      const at = places[Math.floor((nth * places.length) / ALTERED)];
      for (const other of ['', String((Number(text[at]) + 1) % 10)]) {
        const altered = text.slice(0, at) + other + text.slice(at + 1);
        assert.notDeepEqual(faults(altered), [], `“${altered.slice(at - 20, at + 20)}” was not seen`);
      }
    }
  });
});
