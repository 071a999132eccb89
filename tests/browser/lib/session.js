// A browser, and a server of the built book's pages, from the first test of a file to its last.
import { after, before } from 'node:test';

import { root } from './built.js';
import { launch } from './chromium.js';
import { serve } from './server.js';

export let browser;
export let server;

before(async () => { [browser, server] = await Promise.all([launch(), serve(root)]); });
after(async () => {
  await browser?.close();
  await server?.close();
});
