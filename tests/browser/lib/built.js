// The built book: BOOK names the build folder, which is that of this repository without it.
import { resolve } from 'node:path';

import { htmlFolder, pagesOf } from './book.js';

export const REPOSITORY = new URL('../../../', import.meta.url).pathname;
const BUILD = process.env.BOOK ?? resolve(REPOSITORY, 'target/book');

/** The folder of the pages. */
export const root = htmlFolder(BUILD);

/** The pages; none where the book is not built. */
export const pages = await pagesOf(root).catch(() => []);

/** The pages without the one that repeats them all. */
export const single = pages.filter((page) => page !== 'print.html');
