// What a page of the HTML shows, without a browser: mdBook's pages are well formed.

const TOKEN = /<!--[\s\S]*?-->|<(\/?)([a-zA-Z][\w:-]*)((?:"[^"]*"|'[^']*'|[^'">])*)>|[^<]+|</g;
const INSIDE_A_WORD = new Set(['a', 'span', 'strong', 'em', 'code', 'kbd', 'b', 'i', 'del', 'wbr']);
const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta', 'wbr']);
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

const NARROW = 'narrow svg'; // what a phone shows in the place of another drawing

// Text inside these is not prose, the outermost one counts.
const KINDS = { code: 'code', pre: 'code', math: 'formula', svg: 'drawing', [NARROW]: null, script: null, style: null, title: null, desc: null };

/**
 * The pieces of text in a page's `<main>`, in order: `{ kind, text }`, where the kind is `prose`,
 * `code`, `formula` or `drawing`. Each element that is not part of a word parts the words beside it.
 */
export function shown(html) {
  const pieces = [];
  const open = [];
  const list = [];
  const links = [];
  for (const { tag, closes, attributes, text } of tokens(mainOf(html))) {
    if (!tag) {
      const kind = kindOf(open);
      if (kind) pieces.push({ kind, text });
      continue;
    }
    if (tag === 'a') pieces.push(...fileName(links, closes, attributes));
    if (!INSIDE_A_WORD.has(tag)) pieces.push({ kind: kindOf(open) ?? 'prose', text: ' ' });
    if (closes) {
      const at = open.findLastIndex((one) => one === tag || (tag === 'svg' && one === NARROW));
      if (at >= 0) open.length = at;
    } else if (!VOID.has(tag) && !attributes.endsWith('/')) {
      open.push(tag === 'svg' && /\bclass="[^"]*\bnarrow\b/.test(attributes) ? NARROW : tag);
    }
    pieces.push(...counter(list, tag, closes, attributes));
  }
  return pieces;
}

/** The names of the files that links lead to. */
export function files(html) {
  const links = mainOf(html).matchAll(/<a\b[^>]*>/g);
  return [...links].map(([link]) => fileOf(link)).filter((name) => name);
}

/** The name of the file that a link with these attributes leads to: neither a page nor the PDF. */
function fileOf(attributes) {
  return /\bhref="(?:[^":#]*\/)?([^":#/]+\.(?!html\b|pdf\b)\w+)"/.exec(attributes)?.[1];
}

/** The name of the file that a link leads to, which the PDF prints behind the link. */
function fileName(links, closes, attributes) {
  if (!closes) {
    links.push(fileOf(attributes));
    return [];
  }
  const name = links.pop();
  return name ? [{ kind: 'code', text: ` (${name})` }] : [];
}

/** The number that a browser prints before an item of a numbered list. */
function counter(list, tag, closes, attributes) {
  if (tag === 'ol' || tag === 'ul') {
    if (closes) list.pop();
    else list.push(tag === 'ol' ? Number(/\bstart="(\d+)"/.exec(attributes)?.[1] ?? 1) : null);
  }
  if (tag !== 'li' || closes || (list.at(-1) ?? null) === null) return [];
  list[list.length - 1] += 1;
  return [{ kind: 'prose', text: `${list.at(-1) - 1}. ` }];
}

/** The kind of text inside these elements; `null` where nobody sees it. */
function kindOf(open) {
  const outermost = open.find((tag) => KINDS[tag]);
  const hidden = open.some((tag) => KINDS[tag] === null && !(tag === 'style' && outermost));
  return hidden ? null : (outermost ? KINDS[outermost] : 'prose');
}

/** The headings of a page as plain text, in order. */
export function headings(html) {
  return texts(html, /<(h[1-6])\b[^>]*>([\s\S]*?)<\/\1>/g);
}

/** The heads of its tables, which the PDF repeats on each page of a long table. */
export function tableHeads(html) {
  return texts(html, /<(thead)>([\s\S]*?)<\/\1>/g);
}

function texts(html, element) {
  const found = [...mainOf(html).matchAll(element)];
  return found.map(([, , inner]) => shown(`<main>${inner}</main>`).map(({ text }) => text).join('').trim());
}

/** The page of the whole book in two parts: all but the chapter of the evidence, and that chapter. */
export function partedEvidence(html) {
  const main = mainOf(html);
  const at = main.search(/<span id="[^"]*\bbuild">/);
  if (at < 0) return { rest: html, evidence: '<main></main>' };
  const start = main.lastIndexOf('<h1 ', at);
  const next = main.indexOf('<h1 ', at);
  const end = next < 0 ? main.length : next;
  const inMain = (text) => `<main>${text}</main>`;
  return { rest: inMain(main.slice(0, start) + main.slice(end)), evidence: inMain(main.slice(start, end)) };
}

/** The numbers that have an entry in the evidence: their names and their values as text. */
export function entries(evidence) {
  const found = mainOf(evidence).matchAll(/<a id="ev-([^"]*)"><\/a><code[^>]*>[^<]*<\/code>: (.*?)\. (?=[^ ])/g);
  return new Map([...found].map(([, name, value]) => [decoded(name), spaced(decoded(value))]));
}

/** The names of the numbers that are printed with a link to their entries. */
export function printed(html) {
  const links = mainOf(html).matchAll(/<a class="quantity [^>]*?href="[^"#]*#ev-([^"]*)"/g);
  return new Set([...links].map(([, name]) => decodeURIComponent(decoded(name))));
}

/** Text with one space wherever there is any. */
export function spaced(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/** The scripts that hold the cards of a page's numbers. */
export function cardFiles(html) {
  return [...mainOf(html).matchAll(/\bdata-cards="([^"]*)"/g)].map(([, file]) => decoded(file));
}

/** What a script of cards says of its numbers, as far as they have values, without the keys in records and tables, which the PDF leaves to its files. */
export function evidence(script) {
  const { sentences, numbers } = JSON.parse(/^measuredCards\((.*)\);\n$/s.exec(script)[1]);
  const known = Object.values(numbers).filter(({ value }) => /\d/.test(value));
  return known.flatMap(({ kind, sentence, place }) => [sentences[sentence], ...(place && kind !== 'measured' ? [place] : [])]);
}

/** The identifier of the build, as the evidence chapter shows it. */
export function build(html) {
  return /<span id="[^"]*\bbuild">(?:<code[^>]*>)?([0-9a-f]+)</.exec(html)?.[1] ?? null;
}

/** What mdBook's table of contents adds: the titles of the parts. */
export function parts(toc) {
  return [...toc.matchAll(/class="part-title">([^<]*)</g)].map(([, title]) => decoded(title));
}

function mainOf(html) {
  const start = html.indexOf('<main>');
  const end = html.lastIndexOf('</main>');
  if (start < 0 || end < 0) throw new Error('the page has no `<main>`');
  return html.slice(start, end);
}

function* tokens(html) {
  for (const [all, slash, tag, attributes] of html.matchAll(TOKEN)) {
    if (tag) yield { tag: tag.toLowerCase(), closes: slash === '/', attributes: attributes.trim() };
    else if (!all.startsWith('<!--')) yield { text: decoded(all) };
  }
}

function decoded(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(parseInt(hex, 16));
    return decimal ? String.fromCodePoint(Number(decimal)) : (ENTITIES[name] ?? all);
  });
}
