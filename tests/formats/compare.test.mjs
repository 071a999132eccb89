// The comparison's own tests: on a page and a text that agree it finds nothing, and it finds each fault.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { digitsThatDiffer, evidenceMissing, headingsThatDiffer, numbersMissing, registerMissing, withoutRepeatedHeads } from './lib/compare.mjs';
import { build, cardFiles, entries, evidence, files, headings, partedEvidence, parts, printed, shown, tableHeads } from './lib/html.mjs';

const PAGE = `<nav>99</nav><main><h1 id="a"><a href="#a">4.1 A of 2</a></h1>
<p>VGG-19 needs <a class="quantity" data-cards="made/cards/1.js">143,667,240</a>&nbsp;weights, <b>1.776</b> ms<!-- 5 -->.</p>
<ol><li>one</li><li>two</li></ol>
<table><tr><td>12</td><td>34</td></tr></table>
<p><a href="../data/k40.csv">CSV</a> <a href="b.html#x">b</a> <code>resnet-7.8</code> $<math><style><msup><mn>1&#46;5</mn><mn>6</mn></msup></style></math></p>
<svg class="plot"><style/><title>77</title><text>80</text></svg><svg class="plot narrow"><text>81</text></svg><script>66</script>
<p>This is build <span id="evidence-build"><code class="hljs">3fa</code></span>.</p></main>`;
const TEXT = '4.1 A of 2\nVGG-19 needs 143,667,240\nweights, 1.776 ms.\n1. one\n2. two\n12 34\nCSV (k40.csv) b resnet-7.\n8 1.56\n80\nThis is build 3fa.';

const pieces = shown(PAGE);
const faults = (text) => [...numbersMissing(pieces, text), ...digitsThatDiffer(pieces, text)];

describe('numbers', () => {
  test('agree', () => assert.deepEqual(faults(TEXT), []));
  for (const number of ['143,667,240', '1.776', '12 ', '34', '19', '80', '7.\n8', '6\n', '1. ', '3fa', '4.1', '(k40.csv)']) {
    test(`\`${number.trim()}\` is missed`, () => assert.notDeepEqual(faults(TEXT.replace(number, '')), []));
  }
  test('another order of digits is seen', () => assert.match(faults(TEXT.replace('1.776', '1.767')).join(), /`1\.776` stands 0 times.*“.*weights, 1\.776 ms/));
  test('a lost decimal point is seen', () => assert.match(faults(TEXT.replace('1.776', '1776')).join(), /`1\.776`/));
  test('cells that grow together are seen', () => assert.match(faults(TEXT.replace('12 34', '1234')).join(), /`12`.*`34`/));
  test('a number that only the PDF has is seen', () => assert.match(faults(`${TEXT} 5`).join(), /digit 5 stands 2 times in the PDF and 1/));
});

test('evidence is looked for', () => {
  assert.deepEqual(cardFiles(PAGE), ['made/cards/1.js']);
  const numbers = { a: { sentence: 1, value: '9' }, b: { sentence: 0, value: 'not measured' }, c: { sentence: 1, value: '8', kind: 'quoted', place: 'line 7' }, d: { sentence: 1, value: '8', kind: 'measured', place: 'line 5' } };
  const lines = evidence(`measuredCards(${JSON.stringify({ sentences: ['6', '9 < 10'], numbers, inputs: {} })});\n`);
  assert.deepEqual(lines, ['9 < 10', '9 < 10', 'line 7', '9 < 10']);
  assert.deepEqual(evidenceMissing(lines, 'nine: 9, ten: 10, seven: 7'), []);
  assert.match(evidenceMissing(lines, '7, 9, 11').join(), /`10` of the evidence `9 < 10`/);
});

describe('the register', () => {
  const whole = `<main><h1 id="a">A</h1><p><a class="quantity measured" href="#ev-x.y%28z%29" data-evidence="">1.5 s</a></p>
<h1 id="e">Evidence</h1><p>This is build <span id="build"><code>3fa</code></span>.</p>
<li><a id="ev-x.y(z)"></a><code class="hljs">x.y(z)</code>: 1.53&nbsp;s. By hand.</li>
<li><a id="ev-q"></a><code>q</code>: 7. Not printed.</li><h1 id="b">B</h1></main>`;
  const { rest, evidence: list } = partedEvidence(whole);
  test('is parted from the other chapters', () => {
    assert.deepEqual([headings(rest), headings(list)], [['A', 'B'], ['Evidence']]);
    assert.deepEqual(entries(list), new Map([['x.y(z)', '1.53 s'], ['q', '7']]));
    assert.deepEqual(printed(rest), new Set(['x.y(z)']));
  });
  test('has what is printed', () => {
    const missing = (register) => registerMissing(entries(list), printed(rest), register);
    assert.deepEqual(missing('x.y(z) 1.53\n s of q'), []);
    for (const other of ['1.5 s', '11.53 s', '1.53', '1.530 s']) assert.match(missing(other).join(), /`1\.53 s` stands 0 times/);
  });
  test('offers files', () => assert.deepEqual(files(PAGE), ['k40.csv']));
});

test('headings are compared with bookmarks', () => {
  assert.deepEqual(headings(PAGE), ['4.1 A of 2']);
  const toc = '<li class="part-title">Answers &amp; more</li><strong aria-hidden="true">1.2.</strong>';
  assert.deepEqual(parts(toc), ['Answers & more']);
  assert.deepEqual(headingsThatDiffer(['A of 2'], ['Answers'], ['Answers', '4.1 A of 2']), []);
  assert.deepEqual(headingsThatDiffer(['4.1 A of 2', 'B'], [], ['4.1 A of 2', '4.1.1 B']), []);
  assert.match(headingsThatDiffer(['A', 'B'], [], ['A']).join(), /`B` is 0 times a bookmark and 1/);
  assert.match(headingsThatDiffer(['A'], [], ['A', 'C']).join(), /`C` is 1 times a bookmark and 0/);
});

test('a table head is left out where a page repeats it, and only there', () => {
  const heads = tableHeads('<main><table><thead><tr><th>Card</th><th>K80 <math><mi>β</mi></math></th></tr></thead></table></main>');
  const first = 'Table 1.\nCard K80 𝛽\nA 1';
  assert.equal(withoutRepeatedHeads(`${first}\fCard\nK80 𝛽\nB 2`, heads), `${first}\f\nB 2`);
  assert.equal(withoutRepeatedHeads('Card K80 𝛽\nA 1', heads), 'Card K80 𝛽\nA 1');
  // Columns that are read one by one, as where cells break over lines.
  const scattered = ['Card  Time (s)'];
  const columns = 'Table 1\nCard\nA\n\nTime (s)\n1 (2 to\n3)';
  const goesOn = 'Card\nB\nC\n\nTime (s)\n4 (5 to\n6)';
  assert.equal(withoutRepeatedHeads(`${columns}\f${goesOn}`, scattered), `${columns}\f\nB\nC\n\n\n\n4 (5 to\n6)`);
  assert.equal(withoutRepeatedHeads(`${columns}\fText\n${goesOn}`, scattered), `${columns}\fText\n${goesOn}`);
  assert.equal(withoutRepeatedHeads(`Text\f${goesOn}`, scattered), `Text\f${goesOn}`);
});

test('the build is read', () => {
  assert.equal(build(PAGE), '3fa');
  assert.equal(build('<main>none</main>'), null);
});
