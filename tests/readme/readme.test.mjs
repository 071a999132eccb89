// README word for word, in a fresh copy of the project.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { commands, freshCopy, PROJECT } from './lib/project.mjs';
import { succeed, type, Typed } from './lib/shell.mjs';

const BUILD = 'cargo install --locked mdbook@0.5.4 && mdbook build';
const SERVE = 'mdbook serve';
const STRICT = 'MEASURED_STRICT=1 mdbook build';
const INSTALL = 'cargo install --locked --path preprocessor && cargo install --locked --path pdf';
const INIT = 'mkdir report && cd report && mdbook-measured init';
const BUILD_REPORT = 'mdbook build';
const FIT = 'mdbook-measured fit log.csv --step epoch --loss train_loss --drop 29';
const PREDICT = 'mdbook-measured predict log.csv --step step --loss train_loss --until-loss 0.1';

const STATUS = 'scripts/plan status';
const RUN = 'scripts/plan run ID --data FOLDER';

const FOLLOWED = [BUILD, SERVE, STRICT, INSTALL, INIT, BUILD_REPORT, FIT, PREDICT, STATUS, RUN];
const NOT_FOLLOWED = new Map([
  ['scripts/test', 'it is what runs this'],
  ['scripts/plan accept RUN --reason "why the result is the same"', 'experiments/tests/accept.rs changes sources'],
  ["scripts/campaign choose 'loss-*-bf16'", 'experiments/tests/campaign.rs, on a CPU and few images'],
  ['scripts/campaign run --budget 9m --data FOLDER', 'as the one before'],
  ["scripts/plan submit 'loss-*' --data FOLDER --dry-run", 'experiments/tests/submit.rs, and slurm.rs on a real Slurm'],
  ["scripts/plan submit 'loss-*' --data FOLDER", 'as the one before'],
  ["scripts/plan cancel 'loss-*'", 'as the one before'],
  ['scripts/plan accept --experiment finetune --file experiments/src/sgd.rs --reason "…"', 'as the one before'],
]);

/** A run of a small network, of which an epoch takes minutes on black images. */
const PLANNED = `
[[run]]
id = "tiny"
experiment = "loss_curve"
hardware = "any"
priority = 9
[run.configuration]
network = "resnet20"
depth = 20
image_px = 32
batch_size = 128
arithmetic = "fp32"
seed = 7
data = { name = "cifar10", digest = "e9737878d0fc8a6ccb0ca17a8e077751d585606795da1f3a7e4da564276f2f32" }
[run.configuration.training]
epochs = 1
learning_rate = { base = 0.05, factor = 0.1, milestones = [] }
momentum = 0.9
weight_decay = 5e-4
augmentation = { crop_padding_px = 4, horizontal_flip = true }
trainable = "all"
frozen_batch_norm = "none"
`;

/** The files of CIFAR-10 with a zero for each byte. */
function writeBlackImages(folder) {
  mkdirSync(join(folder, 'cifar-10-batches-bin'), { recursive: true });
  for (const name of ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch']) {
    const file = join(folder, 'cifar-10-batches-bin', `${name}.bin`);
    writeFileSync(file, '');
    truncateSync(file, 30_730_000);
  }
}

/** A port that nobody listens on. */
async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Asks for a page until it is as it should be. */
async function seen(url, isRight, limit = 60_000) {
  const end = Date.now() + limit;
  let page;
  do {
    page = await fetch(url).then((response) => response.text(), () => '');
    if (isRight(page)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  } while (Date.now() < end);
  assert.fail(`${url} is not as it should be:\n${page.slice(0, 2000)}`);
}

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

  test('a served page shows a mistake and its mending', async () => {
    const port = await freePort();
    const serve = new Typed(`${SERVE} --port ${port}`, where);
    const chapter = join(fresh.copy, 'book/front.md');
    const sound = readFileSync(chapter, 'utf8');
    try {
      const url = `http://localhost:${port}/front.html`;
      await seen(url, (page) => page.includes('</html>') && !page.includes('class="build-faults"'), 300_000);
      appendFileSync(chapter, '\nA share of << no.such.name | percent >>.\n');
      await seen(url, (page) => page.includes('no quantity is named') && page.includes('A share of'));
      await serve.says(/no quantity is named `no\.such\.name`/);
      writeFileSync(chapter, sound);
      await seen(url, (page) => page.includes('</html>') && !page.includes('class="build-faults"'));
    } finally {
      serve.interrupt();
      await serve.ended;
      writeFileSync(chapter, sound);
    }
  });

  test('strict mode lists what is missing, and fails', async () => {
    const { code, said } = await type(STRICT, where);
    assert.notEqual(code, 0);
    assert.match(said, /run `[\w.-]+`: (missing|not measured|partial)/);
  });

  test('a run that is stopped goes on with the command that it tells', async () => {
    assert.match(await succeed(STATUS, where), /\bmeasured\b/);
    appendFileSync(join(fresh.copy, 'experiments/plan.toml'), PLANNED);
    const data = join(fresh.folder, 'black');
    writeBlackImages(data);
    const command = RUN.replace('ID', 'tiny').replace('FOLDER', data);
    const run = new Typed(command, where);
    await run.says(/ · loss /, 300_000);
    run.interrupt();
    assert.equal(await run.ended, 130, run.said);
    const [, goOn] = run.said.match(/to go on: (.*)/) ?? assert.fail(run.said);
    assert.equal(goOn, command);
    const { code, said } = await type(`${goOn} --budget 40s`, where);
    assert.equal(code, 124, said); // as README says
    assert.match(said, /goes on from 0\.0*[1-9]/);
    assert.match(await succeed(STATUS, where), /tiny/);
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
