// Links, anchors, downloads and resource hints over the whole book.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * `facts` maps each page to what `linkFacts` saw in it at `origin`.
 * Returns a map from page to sentences.
 */
export async function brokenLinks(root, origin, facts) {
  const book = { root, origin, ids: new Map([...facts].map(([page, { ids }]) => [page, new Set(ids)])) };
  const broken = new Map();
  for (const [page, { links, hints }] of facts) {
    const faults = await Promise.all(links.map((link) => linkFault(book, page, link)));
    const foreign = hints.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith('data:'))
      .map((url) => `resource \`${url}\` is not in the book`);
    broken.set(page, [...new Set([...faults.filter(Boolean), ...foreign])]);
  }
  return broken;
}

async function linkFault(book, page, { href, url, name }) {
  if (/^(https?|mailto):/.test(href)) return null;
  if (href === '') return `${name}: href is empty`;
  if (/^([a-z]+:|\/)/i.test(href)) return `${name}: \`${href}\` works on one machine only`;
  const target = new URL(url);
  const path = decodeURIComponent(target.pathname.slice(1)) || 'index.html';
  const file = path.endsWith('/') ? `${path}index.html` : path;
  if (!target.href.startsWith(`${book.origin}/`)) return `${name}: \`${href}\` leaves the book`;
  if (file.endsWith('.html')) return anchorFault(book, file, target, name, href);
  if (file.endsWith('.csv')) return csvFault(join(book.root, file), name, href);
  return (await size(join(book.root, file))) > 0 ? null : `${name}: \`${href}\` is missing or empty`;
}

async function anchorFault(book, file, target, name, href) {
  const ids = book.ids.get(file);
  if (!ids) return (await size(join(book.root, file))) > 0 ? null : `${name}: \`${href}\` is not in the book`;
  const id = decodeURIComponent(target.hash.slice(1));
  return id === '' || ids.has(id) ? null : `${name}: \`${href}\` has no anchor \`${id}\``;
}

/** A CSV has a head and at least one row, and each row has as many fields as the head. */
async function csvFault(path, name, href) {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return `${name}: \`${href}\` is missing`;
  const widths = csvWidths(text);
  if (widths.length < 2) return `${name}: \`${href}\` holds no row`;
  const uneven = widths.findIndex((width) => width !== widths[0]);
  return uneven < 0 ? null : `${name}: \`${href}\` row ${uneven + 1} has ${widths[uneven]} fields, expected ${widths[0]}`;
}

/** Fields per line, as RFC 4180 has it; lines that begin with `#` are comments. */
function csvWidths(text) {
  const lines = text.replace(/"(?:[^"]|"")*"/g, 'quoted').split(/\r?\n/);
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => line.split(',').length);
}

async function size(path) {
  return stat(path).then((entry) => (entry.isFile() ? entry.size : 0), () => 0);
}
