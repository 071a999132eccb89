// The pages in those of mdBook's five themes that book.test.js does not visit, as axe-core sees them; and what only a search or a code block shows.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { single as pages } from './lib/built.js';
import { browser, server } from './lib/session.js';
import { THEMES, axeFaults, openLook, visitTheme } from './lib/visit.js';

Error.stackTraceLimit = 0;

const SEEN_THERE = ['light', 'coal']; // book.test.js visits every page in these
const WORD = 'number';
const DRAWN = 'appendix/architecture.html';
// Every class for which highlight.js and mdBook's style sheets know a colour.
const TOKENS = ['addition', 'attr', 'attribute', 'builtin-name', 'built_in', 'bullet', 'comment', 'constant', 'deletion',
  'doctag', 'emphasis', 'formula', 'function', 'keyword', 'link', 'literal', 'meta', 'name', 'number', 'params', 'quote',
  'regexp', 'section', 'selector-class', 'selector-id', 'selector-tag', 'string', 'strong', 'symbol', 'tag',
  'template-variable', 'title', 'type', 'variable'];
// mdBook's own marks on its buttons are not ours.
const WINDOW = ['main', '#mdbook-searchresults-outer', '.sidebar-scrollbox', '.menu-title'];
const NOTES = ['note', 'tip', 'important', 'warning', 'caution'];

/** Puts into the page what chapters may have: code in all colours, notes, links on every background. */
function addSpecimens({ tokens, notes }) {
  const code = tokens.map((token) => `<span class="hljs-${token}">${token}</span>`).join('\n');
  const headed = notes.map((note) => `<blockquote class="blockquote-tag blockquote-tag-${note}">
    <p class="blockquote-tag-title">${note}</p><p>A <a href="#a">link</a></p></blockquote>`).join('');
  document.querySelector('main').innerHTML = `<pre><code class="hljs">${code}</code></pre>${headed}
    <blockquote>Said by <a href="#a">one</a>, with <code class="hljs">code</code></blockquote>
    <p><a href="#a"><code class="hljs">linked</code></a> and <mark>marked</mark>, <a href="#a"><mark>both</mark></a></p>
    <table><thead><tr><th>Head with <a class="in-words" href="#a">link</a></th></tr></thead>
    <tbody><tr><td><a href="#a">one</a></td></tr><tr><td><a href="#a">two</a></td></tr></tbody></table>`;
}

for (const theme of THEMES) {
  describe(`${theme} theme`, { skip: pages.length === 0 }, () => {
    let window;
    before(async () => { window = await openLook(browser, { name: theme, theme, width: 1280, height: 900 }); });
    after(() => window.context.close());

    for (const page of SEEN_THERE.includes(theme) ? [] : pages) {
      test(page, async () => assert.deepEqual(await visitTheme(window, server.origin, page), []));
    }

    test('code, notes, marks and links in tables', async () => {
      const tab = await window.context.newPage();
      await tab.goto(`${server.origin}/index.html`, { waitUntil: 'load' });
      await tab.evaluate(addSpecimens, { tokens: TOKENS, notes: NOTES });
      assert.deepEqual(await axeFaults(tab), []);
      await tab.close();
    });

    test('a search and its marks', async () => {
      const tab = await window.context.newPage();
      await tab.goto(`${server.origin}/index.html?highlight=${WORD}`, { waitUntil: 'load' });
      await tab.locator('main mark').first().waitFor();
      await tab.keyboard.press('s');
      await tab.locator('#mdbook-searchbar').pressSequentially(WORD);
      await tab.locator('#mdbook-searchresults > li').first().waitFor();
      assert.deepEqual(await axeFaults(tab, WINDOW), []);
      await tab.close();
    });
  });
}

test('what is too faint is seen', { skip: pages.length === 0 }, async () => {
  const window = await openLook(browser, { name: 'navy', theme: 'navy', width: 1280, height: 900 });
  const tab = await window.context.newPage();
  await tab.goto(`${server.origin}/index.html`, { waitUntil: 'load' });
  await tab.evaluate(() => document.documentElement.style.setProperty('--links', '#2b79a2'));
  assert.match((await axeFaults(tab)).join(), /color-contrast.*#2b79a2 on #161923: 3\.6/);
  await window.context.close();
});

describe('a drawing', { skip: !pages.includes(DRAWN) }, () => {
  /** How its image is shown: the size of its smallest letters, and whether it is turned light. */
  const shown = async (theme, width) => {
    const window = await openLook(browser, { name: theme, theme, width, height: 800 });
    const tab = await window.context.newPage();
    await tab.goto(`${server.origin}/${DRAWN}`, { waitUntil: 'load' });
    const seen = await tab.locator('main figure img').first().evaluate(async (image) => {
      await image.decode();
      const svg = await (await fetch(image.src)).text();
      const smallest = Math.min(...[...svg.matchAll(/font-size="([\d.]+)"/g)].map(([, size]) => Number(size)));
      return { letters: (smallest * image.clientWidth) / image.naturalWidth, filter: getComputedStyle(image).filter };
    });
    await window.context.close();
    return seen;
  };

  test('can be read on a phone, and is no larger than it is elsewhere', async () => {
    assert.ok((await shown('light', 375)).letters >= 11.5);
    assert.equal((await shown('light', 1280)).letters, 12.5);
  });

  for (const theme of THEMES) {
    test(`fits the ${theme} theme`, async () => {
      const isDark = !['light', 'rust'].includes(theme);
      assert.equal((await shown(theme, 1280)).filter.includes('invert(1)'), isDark);
    });
  }
});
