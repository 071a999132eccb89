// What the PDF shows, as poppler and qpdf read it.
import { execFileSync } from 'node:child_process';

// Between the running head and the page number, in parts of the page's height: `template.typ` has
// the margins.
const TOP = 0.08;
const BOTTOM = 0.918; // letters of the last line hang into the margin

function run(program, args) {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The text of the first page. */
export function titlePage(path) {
  return run('pdftotext', ['-l', '1', path, '-']);
}

/**
 * The text of the chapters, without contents, running heads and page numbers, in two parts: all but the
 * chapter called `evidence`, which begins a page and has its own, and that chapter with its pages.
 */
export function chapters(path, evidence) {
  const titles = bookmarks(path).filter(({ level }) => level === 0);
  const starts = titles.map(({ page }) => page);
  const last = pages(path);
  const endFrom = (page) => (starts.find((start) => start > page) ?? last + 1) - 1;
  const from = (page) => Array.from({ length: endFrom(page) - page + 1 }, (_, index) => page + index);
  const contents = from(contentsPage(path, starts, last));
  const title = titles.find(({ title: it }) => it.replace(/^\S+ /, '') === evidence || it === evidence);
  const register = title === undefined ? [] : from(title.page);
  const all = Array.from({ length: last - 1 }, (_, index) => index + 2); // behind the title page
  const read = all.filter((page) => !contents.includes(page) && !register.includes(page));
  return { text: textOf(path, read), register: textOf(path, register), registerPages: register.length };
}

/** The first page of the contents: it stands behind the title page or a chapter, and has no bookmark. */
function contentsPage(path, starts, last) {
  for (let page = 2; page <= last; page += 1) {
    if (!starts.includes(page) && /^\s*Contents\n/.test(textOf(path, [page]))) return page;
  }
  throw new Error(`${path}: no page has the contents`);
}

/** How many pages it has. */
export function pages(path) {
  return Number(/^Pages:\s+(\d+)/m.exec(run('pdfinfo', [path]))[1]);
}

/** The names of the files inside. */
export function attachments(path) {
  return [...run('pdfdetach', ['-list', path]).matchAll(/^\d+: (.*)$/gm)].map(([, name]) => name);
}

/** The text of some pages, in their order. */
function textOf(path, numbers) {
  const size = /^Page size:\s+([\d.]+) x ([\d.]+) pts/m.exec(run('pdfinfo', [path]));
  const [width, height] = size.slice(1).map(Number);
  const area = ['-x', 0, '-y', TOP * height, '-W', width, '-H', (BOTTOM - TOP) * height];
  const text = (args) => run('pdftotext', args.map((arg) => (typeof arg === 'number' ? String(Math.round(arg)) : arg)));
  return spans(numbers).map(([from, to]) => text(['-f', from, '-l', to, ...area, path, '-'])).join('');
}

/** The first and the last of numbers that follow each other. */
function spans(numbers) {
  const found = [];
  for (const number of numbers) {
    const span = found.at(-1);
    if (span && span[1] === number - 1) span[1] = number;
    else found.push([number, number]);
  }
  return found;
}

/** The bookmarks in the order of the book: `{ title, page, level }`. */
export function bookmarks(path) {
  const { outlines } = JSON.parse(run('qpdf', ['--json', '--json-key=outlines', path]));
  const flat = (list, level) => list.flatMap(({ title, destpageposfrom1, kids }) => [{ title, page: destpageposfrom1, level }, ...flat(kids, level + 1)]);
  return flat(outlines, 0);
}
