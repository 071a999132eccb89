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
  const marks = bookmarks(path);
  const titles = marks.filter(({ level }) => level === 0);
  const index = titles.findIndex(({ title }) => title.replace(/^\S+ /, '') === evidence || title === evidence);
  const [first, last] = [marks[0].page, pages(path)];
  if (index < 0) return { text: textOf(path, first, last), register: '', registerPages: 0 };
  const start = titles[index].page;
  const end = (titles[index + 1]?.page ?? last + 1) - 1;
  const before = textOf(path, first, start - 1);
  const behind = end < last ? textOf(path, end + 1, last) : '';
  return { text: before + behind, register: textOf(path, start, end), registerPages: end - start + 1 };
}

/** How many pages it has. */
export function pages(path) {
  return Number(/^Pages:\s+(\d+)/m.exec(run('pdfinfo', [path]))[1]);
}

/** The names of the files inside. */
export function attachments(path) {
  return [...run('pdfdetach', ['-list', path]).matchAll(/^\d+: (.*)$/gm)].map(([, name]) => name);
}

function textOf(path, from, to) {
  const size = /^Page size:\s+([\d.]+) x ([\d.]+) pts/m.exec(run('pdfinfo', [path]));
  const [width, height] = size.slice(1).map(Number);
  const area = ['-x', 0, '-y', TOP * height, '-W', width, '-H', (BOTTOM - TOP) * height];
  return run('pdftotext', ['-f', from, '-l', to, ...area, path, '-'].map((arg) => (typeof arg === 'number' ? String(Math.round(arg)) : arg)));
}

/** The bookmarks in the order of the book: `{ title, page, level }`. */
export function bookmarks(path) {
  const { outlines } = JSON.parse(run('qpdf', ['--json', '--json-key=outlines', path]));
  const flat = (list, level) => list.flatMap(({ title, destpageposfrom1, kids }) => [{ title, page: destpageposfrom1, level }, ...flat(kids, level + 1)]);
  return flat(outlines, 0);
}
