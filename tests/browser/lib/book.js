// The built book as a list of pages.
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';

// mdBook's page for missing pages, and the frame that it shows to readers without JavaScript.
const NOT_CHAPTERS = new Set(['404.html', 'toc.html']);

/** The folder of the HTML: mdBook adds `html` when the book has a second renderer. */
export function htmlFolder(buildDir) {
  const nested = join(resolve(buildDir), 'html');
  return existsSync(nested) ? nested : resolve(buildDir);
}

/** All pages, relative to the folder, sorted. */
export async function pagesOf(root, folder = root) {
  const entries = await readdir(folder, { withFileTypes: true });
  const nested = await Promise.all(entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return pagesOf(root, path);
    return entry.name.endsWith('.html') ? [relative(root, path).split(sep).join('/')] : [];
  }));
  return nested.flat().filter((page) => !NOT_CHAPTERS.has(page)).sort();
}
