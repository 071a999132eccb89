// The built book: the PDF holds what the HTML holds. BOOK names the build folder.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';

import { digitsThatDiffer, evidenceMissing, headingsThatDiffer, numbersMissing, registerMissing, withoutRepeatedHeads } from './lib/compare.mjs';
import { build, cardFiles, entries, evidence, files, headings, partedEvidence, parts, printed, shown, tableHeads } from './lib/html.mjs';
import { attachments, bookmarks, chapters, pages, titlePage } from './lib/pdf.mjs';

Error.stackTraceLimit = 0; // a failure's sentence names the number; where the test stands does not help

const BOOK = process.env.BOOK ?? new URL('../../target/book', import.meta.url).pathname;
const PDF = resolve(BOOK, 'measured-pdf/book.pdf');
const PRINT = resolve(BOOK, 'html/print.html');
const MOST_PAGES = 85;
const MOST_PAGES_OF_EVIDENCE = 12;
const ALTERED = 40; // places at which the PDF's text is altered to prove that this is seen

const isBuilt = existsSync(PDF) && existsSync(PRINT);

function assertNone(sentences) {
  assert.ok(sentences.length === 0, sentences.join('\n'));
}

test('the book is built', () => assert.ok(isBuilt, `no \`${PDF}\` beside \`${PRINT}\`; hint: mdbook build`));

describe('HTML and PDF', { skip: !isBuilt }, () => {
  const whole = readFileSync(PRINT, 'utf8');
  const { rest: html, evidence: list } = partedEvidence(whole);
  const [title, ...sections] = headings(list);
  const pdf = chapters(PDF, title);
  const titles = parts(readFileSync(resolve(BOOK, 'html/toc.html'), 'utf8'));
  const pieces = shown(html);
  const text = withoutRepeatedHeads(pdf.text, tableHeads(html));
  const faults = (altered) => [...numbersMissing(pieces, altered), ...digitsThatDiffer(pieces, altered)];

  test('hold the same numbers', () => assertNone(numbersMissing(pieces, text)));
  test('hold the same digits', () => assertNone(digitsThatDiffer(pieces, text)));
  test('hold the same evidence', () => {
    const [known, used] = [entries(list), printed(html)];
    assert.ok(known.size > 0 && used.size > 0);
    assertNone(registerMissing(known, used, pdf.register));
    const scripts = cardFiles(html).map((file) => readFileSync(resolve(BOOK, 'html', file), 'utf8'));
    assert.ok(scripts.length > 0, 'no number has a card');
    assertNone(evidenceMissing(scripts.flatMap(evidence), pdf.text + pdf.register));
  });
  test('have the same headings', () => {
    const own = bookmarks(PDF).filter(({ title: it }) => !sections.includes(it)).map(({ title: it }) => it);
    assertNone(headingsThatDiffer([...headings(html), title], titles, own));
  });
  test('offer the same files', () => {
    const inside = new Set(attachments(PDF));
    assertNone(files(html).filter((file) => !inside.has(file)).map((file) => `\`${file}\` is not inside the PDF`));
  });
  test('fill no more pages than a reader turns', { skip: process.env.BOOK !== undefined }, () => {
    assert.ok(pages(PDF) <= MOST_PAGES, `${pages(PDF)} pages`);
    assert.ok(pdf.registerPages <= MOST_PAGES_OF_EVIDENCE, `${pdf.registerPages} pages of evidence`);
  });
  test('show the same build', () => {
    assert.match(build(whole) ?? '', /^[0-9a-f]{12}$/);
    assert.match(titlePage(PDF), new RegExp(`Build ${build(whole)}`));
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

  test('are told apart when the register loses a value', () => {
    const [known, used] = [entries(list), printed(html)];
    const values = [...known].filter(([name]) => used.has(name)).map(([, value]) => value).filter((value) => /^\d\.\d{5,}/.test(value));
    for (const value of values.slice(0, ALTERED)) {
      const text = pdf.register.replace(/\s+/g, ' ');
      assert.notDeepEqual(registerMissing(known, used, text.replace(value, '')), [], `\`${value}\` was not missed`);
    }
  });
});
