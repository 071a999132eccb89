// What the PDF shows, as poppler and qpdf read it.
import { execFileSync } from 'node:child_process';

// Between the running head and the page number, in parts of the page's height: `template.typ` has
// the margins.
const TOP = 0.08;
const BOTTOM = 0.91;

function run(program, args) {
  return execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 30, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The text of the first page. */
export function titlePage(path) {
  return run('pdftotext', ['-l', '1', path, '-']);
}

/** The text of the chapters, without contents, running heads and page numbers. */
export function chapters(path) {
  const size = /^Page size:\s+([\d.]+) x ([\d.]+) pts/m.exec(run('pdfinfo', [path]));
  const [width, height] = size.slice(1).map(Number);
  const area = ['-x', 0, '-y', TOP * height, '-W', width, '-H', (BOTTOM - TOP) * height];
  const first = bookmarks(path)[0].page;
  return run('pdftotext', ['-f', first, ...area, path, '-'].map((arg) => (typeof arg === 'number' ? String(Math.round(arg)) : arg)));
}

/** The bookmarks in the order of the book: `{ title, page }`. */
export function bookmarks(path) {
  const { outlines } = JSON.parse(run('qpdf', ['--json', '--json-key=outlines', path]));
  const flat = (list) => list.flatMap(({ title, destpageposfrom1, kids }) => [{ title, page: destpageposfrom1 }, ...flat(kids)]);
  return flat(outlines);
}
