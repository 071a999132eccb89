// The comparison of the two formats. Each function returns sentences, none where nothing is wrong.

const NUMBER = /\d+(?:[.,]\d+)*/g;

/**
 * Numbers of prose, tables and captions that the PDF has less often than the HTML. What stands in
 * code and formulas is left to `digitsThatDiffer`: there the PDF may break a line inside a number,
 * and no text tells an exponent from the digit before it.
 */
export function numbersMissing(pieces, pdf) {
  const expected = counted(joined(pieces, ['prose']).match(NUMBER) ?? []);
  const found = counted(pdf.match(NUMBER) ?? []);
  const missing = [...expected].filter(([number, count]) => (found.get(number) ?? 0) < count);
  return missing.map(([number, count]) =>
    `\`${number}\` stands ${found.get(number) ?? 0} times in the PDF and ${count} times in the HTML: ${placesOf(number, pieces)}`);
}

/** Digits that the PDF has more or less often than the HTML, in everything that both show. */
export function digitsThatDiffer(pieces, pdf) {
  const html = joined(pieces, ['prose', 'code', 'formula', 'drawing']);
  const [expected, found] = [html, pdf].map((text) => counted(text.match(/\d/g) ?? []));
  const differ = [...'0123456789'].filter((digit) => (expected.get(digit) ?? 0) !== (found.get(digit) ?? 0));
  return differ.map((digit) => `the digit ${digit} stands ${found.get(digit) ?? 0} times in the PDF and ${expected.get(digit) ?? 0} times in the HTML`);
}

/**
 * Values of printed numbers that the register of the PDF has less often than the evidence of the HTML has
 * entries for them. Numbers that are not measured have no entry there.
 */
export function registerMissing(entries, printed, register) {
  const text = register.replace(/\s+/g, ' ').replaceAll('/ ', '/'); // a line may end behind a stroke
  const values = counted([...entries].filter(([name, value]) => printed.has(name) && value !== 'not measured').map(([, value]) => value));
  const times = (value) => text.split(new RegExp(`(?<![\\w.,])${value.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}(?![\\d.,]*\\d)`)).length - 1;
  const missing = [...values].filter(([value, count]) => times(value) < count);
  return missing.map(([value, count]) => `\`${value}\` stands ${times(value)} times in the register of the PDF, and ${count} numbers have it`);
}

/** Numbers of the HTML's lines of evidence that stand nowhere in the PDF. */
export function evidenceMissing(lines, pdf) {
  const found = new Set(pdf.match(/\d+/g));
  const missing = lines.flatMap((line) => (line.match(/\d+/g) ?? []).filter((number) => !found.has(number)).map((number) => [number, line]));
  return [...new Map(missing)].map(([number, line]) => `\`${number}\` of the evidence \`${line}\` stands nowhere in the PDF`);
}

/** Headings without a bookmark and bookmarks that are neither a heading nor a part's title. */
export function headingsThatDiffer(headings, parts, titles) {
  const words = (title) => packed(title.replace(/^\d+(\.\d+)* /, '')); // pages number chapters alone
  const [expected, found] = [headings, titles].map((list) => counted(list.map(words)));
  for (const part of parts) expected.set(packed(part), (expected.get(packed(part)) ?? 0) + 1);
  const differ = [...new Set([...expected.keys(), ...found.keys()])].filter((title) => expected.get(title) !== found.get(title));
  return differ.map((title) => `\`${title}\` is ${found.get(title) ?? 0} times a bookmark and ${expected.get(title) ?? 0} times a heading or part`);
}

/** The PDF's text, pages parted by form feeds, without the table heads that a page repeats at its top. */
export function withoutRepeatedHeads(pdf, heads) {
  const known = counted(heads.map(packed));
  const all = packed(pdf);
  const surplus = new Map([...known].map(([head, count]) => [head, all.split(head).length - 1 - count]));
  const longestFirst = [...known.keys()].sort((a, b) => b.length - a.length);
  const pages = pdf.split('\f').map((page, index, before) => {
    const head = longestFirst.find((one) => surplus.get(one) > 0 && packed(page).startsWith(one));
    if (!head) return index > 0 ? withoutScatteredHead(page, before[index - 1], heads) : page;
    surplus.set(head, surplus.get(head) - 1);
    return withoutStart(page, head);
  });
  return pages.join('\f');
}

/**
 * The page without the head of a table that goes on from the page before, where its text is read column by
 * column. A table begins below its caption, so that a head at the top of a page is a repeated one.
 */
function withoutScatteredHead(page, before, heads) {
  const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const head of heads) {
    const cells = head.split(/\s{2,}/).map((cell) => `(?<!\\S)${cell.split(/\s+/).map(escaped).join('\\s+')}(?!\\S)`);
    const between = new RegExp(cells.join('([\\s\\S]*?)'));
    const found = new RegExp(`^\\s*${between.source}`).exec(page);
    if (cells.length > 1 && found && between.test(before)) {
      return [...found.slice(1), page.slice(found[0].length)].join('\n');
    }
  }
  return page;
}

function withoutStart(page, start) {
  let end = 0;
  while (packed(page.slice(0, end)) !== start) end += 1;
  return page.slice(end);
}

function joined(pieces, kinds) {
  return pieces.map(({ kind, text }) => (kinds.includes(kind) ? text : ' ')).join('');
}

function counted(list) {
  const counts = new Map();
  for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
}

/** Where the number stands in the HTML: its first places with the words around it. */
function placesOf(number, pieces) {
  const text = joined(pieces, ['prose']).replace(/\s+/g, ' ');
  const places = [...text.matchAll(NUMBER)].filter(([found]) => found === number).slice(0, 3);
  return places.map(({ index }) => `“${text.slice(Math.max(0, index - 30), index + number.length + 20)}”`).join(', ');
}

/** Without spaces, and letters of formulas as plain letters. */
function packed(text) {
  return text.normalize('NFKC').replace(/\s+/g, '');
}
