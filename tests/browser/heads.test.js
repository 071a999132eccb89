// What the head of each page says of it, and the number before its title. Read from the files: no browser is needed.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { describe, test } from 'node:test';

import { root, single as pages } from './lib/built.js';

Error.stackTraceLimit = 0;

const SECTION = /<a href="([^"#]+\.html)"[^>]*>(?:<strong aria-hidden="true">([\d.]+)\.<\/strong>\s*)?([^<]*)</g;

/** Page → its number in the sidebar, if it has one, and its name there. */
async function sections() {
  const contents = await readFile(resolve(root, 'toc.html'), 'utf8').catch(() => '');
  return new Map([...contents.matchAll(SECTION)].map(([, page, number, name]) => [page, { number, name: name.trim() }]));
}

const known = await sections();
const texts = (html, element) => [...html.matchAll(element)].map(([, text]) => text.trim());
const meta = (html, name) => texts(html, new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)">`, 'g'));

/** The text of the first heading, and of its link that mdBook makes. */
function titleOf(html) {
  const main = html.slice(html.indexOf('<main>'));
  return (/<h1[^>]*>([\s\S]*?)<\/h1>/.exec(main)?.[1] ?? '').replace(/<[^>]*>/g, '').trim();
}

describe('the head of', { skip: pages.length === 0 }, () => {
  for (const page of pages) {
    test(page, async () => {
      const html = await readFile(resolve(root, page), 'utf8');
      const [window, ...others] = texts(html, /<title>([^<]*)<\/title>/g);
      assert.deepEqual(others, []);
      const { number, name } = known.get(page === 'index.html' ? known.keys().next().value : page) ?? {};
      assert.ok(window.startsWith(number ? `${number} ${name} - ` : `${name} - `), `the window is called “${window}”, section ${number} “${name}”`);
      if (number) assert.ok(titleOf(html).startsWith(`${number} `), `the title is “${titleOf(html)}”, in section ${number}`);
      else assert.doesNotMatch(titleOf(html), /^\d/);
      assert.deepEqual(meta(html, 'og:title'), [window]);
      const [description, ...repeated] = meta(html, 'description');
      assert.ok(description.length > 40 && repeated.length === 0, `described ${repeated.length + 1} times: “${description}”`);
      assert.deepEqual(meta(html, 'og:description'), [description]);
      const icons = texts(html, /<link rel="(?:shortcut )?icon" href="([^"]*)">/g);
      assert.match(icons.join(), /^[^,]*\.svg$/);
      assert.match(await readFile(resolve(root, dirname(page), icons[0]), 'utf8'), /<svg/);
    });
  }

  test('numbered pages and others', () => {
    const numbers = [...known.values()].map(({ number }) => number);
    assert.ok(numbers.some(Boolean) && numbers.some((number) => !number));
    assert.ok([...known.keys()].every((page) => existsSync(resolve(root, page))));
  });
});
