// README word for word, in a fresh copy of the project.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { commands, freshCopy, PROJECT } from './lib/project.mjs';
import { succeed, type } from './lib/shell.mjs';

const BUILD = 'cargo install --locked mdbook@0.5.4 && mdbook build';
const STRICT = 'MEASURED_STRICT=1 mdbook build';
const INSTALL = 'cargo install --locked --path preprocessor && cargo install --locked --path pdf';
const INIT = 'mkdir report && cd report && mdbook-measured init';
const BUILD_REPORT = 'mdbook build';
const FIT = 'mdbook-measured fit log.csv --step epoch --loss train_loss --drop 29';
const PREDICT = 'mdbook-measured predict log.csv --step step --loss train_loss --until-loss 0.1';

const FOLLOWED = [BUILD, STRICT, INSTALL, INIT, BUILD_REPORT, FIT, PREDICT];
const NOT_FOLLOWED = new Map([
  ['scripts/test', 'it is what runs this'],
]);

describe('README in a fresh copy', () => {
  let fresh;
  let where;
  before(() => {
    fresh = freshCopy();
    // What the project's own folder has compiled of others' crates need not be compiled again.
    const env = { ...process.env, CARGO_TARGET_DIR: join(PROJECT, 'target') };
    env.PATH = `${join(fresh.folder, 'installed/bin')}:${env.PATH}`;
    where = { cwd: fresh.copy, env };
  });
  after(() => fresh.remove());

  test('every command is followed here, or has a reason why not', () => {
    const known = [...FOLLOWED, ...NOT_FOLLOWED.keys()];
    assert.deepEqual(commands().filter((command) => !known.includes(command)), []);
    assert.deepEqual(known.filter((command) => !commands().includes(command)), []);
  });

  test('the book builds, where README says, with the same bytes as in the project’s folder', async () => {
    await succeed(BUILD, where);
    for (const file of ['target/book/html/index.html', 'target/book/measured-pdf/book.pdf']) {
      assert.ok(existsSync(join(fresh.copy, file)), file);
    }
    assert.ok(existsSync(join(PROJECT, 'target/book')), 'hint: `scripts/test book` builds the other one');
    execFileSync('diff', ['-r', join(PROJECT, 'target/book'), join(fresh.copy, 'target/book')]);
  });

  test('strict mode lists what is missing, and fails', async () => {
    const { code, said } = await type(STRICT, where);
    assert.notEqual(code, 0);
    assert.match(said, /run `[\w.-]+`: (missing|not measured|partial)/);
  });

  test('an empty folder becomes a report', async () => {
    const env = { ...where.env, CARGO_INSTALL_ROOT: join(fresh.folder, 'installed') };
    await succeed(INSTALL, { ...where, env });
    const desk = { ...where, cwd: join(fresh.folder, 'desk') };
    mkdirSync(desk.cwd);
    await succeed(INIT, desk);
    await succeed(BUILD_REPORT, { ...where, cwd: join(desk.cwd, 'report') });
    for (const file of ['html/sorting.html', 'measured-pdf/book.pdf']) {
      assert.ok(existsSync(join(desk.cwd, 'report/target/book', file)), file);
    }
  });

  test('a log is fitted without a book', async () => {
    const log = { ...where, cwd: join(fresh.folder, 'logs') };
    mkdirSync(log.cwd);
    const loss = (epochs) => 1 / (0.02 * epochs + 0.5) + 0.05;
    const lines = Array.from({ length: 60 }, (_, epoch) => {
      const stage = epoch < 30 ? loss(epoch + 1) : 0.4 * loss(epoch - 29);
      return `${epoch},${epoch * 391 + 1},${stage}`;
    });
    writeFileSync(join(log.cwd, 'log.csv'), `epoch,step,train_loss\n${lines.join('\n')}\n`);
    assert.match(await succeed(FIT, log), /stage from step 29: .*\n.*\n *β0 +5\.0000e-2 /); // 0.02 / 0.4
    assert.match(await succeed(PREDICT, log), /step/);
  });
});
