// `mdbook serve` while its author makes mistakes: each is told once in the terminal and in the open page, which loads
// again by itself, shows the rest of its text, and is whole when the mistake is mended.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch } from './lib/chromium.js';

const ROOT = resolve(new URL('../..', import.meta.url).pathname);
const PROGRAM = process.env.MEASURED ?? join(ROOT, 'target/release/mdbook-measured');
const PDF_PROGRAM = process.env.MEASURED_PDF ?? join(ROOT, 'target/release/mdbook-measured-pdf');
const LONGEST_MS = 10000;

const CHAPTER = 'book/sorting.md';
const LAST_WORDS = 'four times as long.';

// What is written in the place of what, in which file; what the terminal and the page say; what the page shows beside.
const MISTAKES = {
  'a misspelt name': { from: 'second.periods', to: 'second.period', says: /no quantity is named `second\.period`/ },
  'a misspelt filter': { from: 'number(digits=2)', to: 'nubmer(digits=2)', says: /`nubmer`: there is no such filter; hint: `number`/ },
  'a unit of another kind': { from: 'places=1, unit="ms"', to: 'places=1, unit="GB"', says: /cannot show it in `GB`/ },
  'an argument of another type': { from: 'places=1, unit="ms"', to: 'places="one", unit="ms"', says: /`places` is no number/ },
  'an argument that a view has not': { from: 'x_log=true', to: 'x_lgo=true', says: /x_lgo/, shows: 'figure#fig-time.build-fault' },
  'a column that is not there': { from: 'x="n"', to: 'x="m"', says: /`m`/, shows: 'figure#fig-time.build-fault' },
  'a figure that is not there': { from: '@fig-time', to: '@fig-tiem', says: /nothing has the label `fig-tiem`/ },
  'a block without an end': { from: 'The same times.\n<% endfilter %>', to: 'The same times.', says: /sorting\.md/ },
  'a tag without an end': { from: 'integer >>', to: 'integer', says: /sorting\.md/ },
  'a work that is not there': { from: '[@si2019]', to: '[@si2091]', says: /no work has the key `si2091`/ },
  'a command that no formula has': { from: '\\frac', to: '\\farc', says: /`\\farc`/ },
  'a link to nowhere': { from: '`data/measure.py`', to: '[it](measure.md)', says: /link to `measure\.md`/ },
  'an image that is not there': { from: '`data/measure.py`', to: '![it](measure.png)', says: /image `measure\.png`/ },
  'a bibliography that cannot be read': { file: 'book/references.bib', from: '@', to: '@{', says: /references\.bib/ },
  'facts that cannot be read': { file: 'book/quoted.toml', from: 'value =', to: 'value', says: /quoted\.toml/ },
  'a setting that is none': { file: 'book.toml', from: 'before = ["links"]', to: 'before = ["links"]\nstrcit = true', says: /strcit/ },
};

/** A port that nothing listens on. */
function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Starts `mdbook serve` in `folder`; what it said, and a way to end it. */
async function serve(folder) {
  const port = await freePort();
  const env = {
    ...process.env,
    MDBOOK_PREPROCESSOR__MEASURED__COMMAND: PROGRAM,
    MDBOOK_OUTPUT__MEASURED_PDF__COMMAND: PDF_PROGRAM,
  };
  const child = spawn('mdbook', ['serve', '--hostname', '127.0.0.1', '--port', String(port)], { cwd: folder, env });
  const server = { origin: `http://127.0.0.1:${port}`, said: '', close: () => child.kill('SIGINT') };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => { server.said += data; });
  await until(() => server.said.includes('Watching for changes'), () => server.said);
  return server;
}

async function until(holds, told) {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end;) {
    if (await holds()) return;
    await new Promise((done) => { setTimeout(done, 50); });
  }
  assert.fail(`waited for ${LONGEST_MS} ms in vain:\n${told()}`);
}

/** Waits until the open page, which nobody loads again, has or has no element of this kind. */
async function untilPage(page, selector, isThere, told) {
  const found = () => page.locator(selector).count().catch(() => undefined); // it may load just now
  await until(async () => {
    const count = await found();
    return count !== undefined && (count > 0) === isThere;
  }, told);
}

/** Writes `to` in the place of `from`, and a function that takes it back. */
async function edit(file, from, to) {
  const text = await readFile(file, 'utf8');
  assert.ok(text.includes(from), `${file} has ${from}`);
  await writeFile(file, text.replace(from, () => to));
  return () => writeFile(file, text);
}

describe('mdbook serve', () => {
  let [folder, server, browser, page] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'measured-serve-'));
    execFileSync(PROGRAM, ['init', folder], { stdio: 'pipe' });
    [server, browser] = await Promise.all([serve(folder), launch()]);
    page = await browser.newPage();
    await page.goto(`${server.origin}/sorting.html`);
  });

  after(async () => {
    server?.close();
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  const told = () => server.said;

  for (const [name, { file = CHAPTER, from, to, says, shows = 'main' }] of Object.entries(MISTAKES)) {
    test(name, async () => {
      await untilPage(page, '.build-faults, .build-fault', false, told);
      server.said = '';
      const mend = await edit(join(folder, file), from, to);
      try {
        await untilPage(page, '.build-faults', true, told);
        const faults = await page.locator('.build-faults pre').innerText();
        assert.match(faults, says);
        assert.equal(faults.trim().split('\n').length, 1, `one fault:\n${faults}`);
        assert.equal(await page.locator(shows).count(), 1);
        assert.ok((await page.locator('main').innerText()).includes(LAST_WORDS), 'the rest of the page');
        const lines = server.said.split('\n').filter((line) => line.trim() === faults.trim());
        assert.equal(lines.length, 1, `once in the terminal:\n${server.said}`);
      } finally {
        await mend();
      }
      await untilPage(page, '.build-faults', false, told);
      await page.locator('main', { hasText: LAST_WORDS }).waitFor(); // the mended page
    });
  }

  test('a number that is typed', async () => {
    server.said = '';
    const mend = await edit(join(folder, CHAPTER), 'change what you like', 'it took 3.14 s');
    await untilPage(page, '.draft-notes', true, told);
    assert.equal(await page.locator('.draft-notes[open]').count(), 0);
    assert.match(await page.locator('.draft-notes pre').textContent(), /`3\.14 s` is typed/);
    assert.equal(server.said.match(/`3\.14 s` is typed/g).length, 1);
    assert.equal(await page.locator('.build-faults').count(), 0);
    await mend();
    await untilPage(page, '.draft-notes', false, told);
  });

  for (const [name, file, from, to] of [
    ['a book.toml that cannot be read is told, and a mended one loads', 'book.toml', '[book]', '[book'],
    ['a list of chapters that cannot be read is told, and a mended one loads', 'book/SUMMARY.md', '- [Sources]', '  - - [Sources'],
  ]) {
    test(name, async () => {
      server.said = '';
      const mend = await edit(join(folder, file), from, to);
      await until(() => /error/i.test(server.said), told);
      await mend();
      const mark = await edit(join(folder, CHAPTER), 'change what you like', 'it is mended');
      await until(async () => (await page.locator('main').innerText().catch(() => '')).includes('it is mended'), told);
      await mark();
      await until(async () => (await page.locator('main').innerText().catch(() => '')).includes('change what you like'), told);
    });
  }
});
