// What the benchmarks share.
'use strict';
const { spawnSync } = require('node:child_process');
const { readFileSync, writeFileSync } = require('node:fs');
const { resolve } = require('node:path');

const ROOT = resolve(__dirname, '../..');

/** Runs a program to its end; its output, or an exit with what it said. */
function run(program, args, options = {}) {
  const done = spawnSync(program, args, { cwd: ROOT, maxBuffer: 2 ** 30, encoding: 'utf8', ...options });
  if (done.status === 0) return done.stdout;
  console.error(`${program} ${args.join(' ')}: ${done.error?.message ?? done.stderr}`);
  process.exit(1);
}

/** The program of the workspace that `start` starts, and its arguments, so that the start is not measured. */
function programOf(command) {
  const words = command.split(/\s+/);
  if (!/\bstart\b/.test(command)) return words;
  const name = words.at(-1);
  const messages = run('cargo', ['build', '--message-format=json', '--release', '--locked', '--package', name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const built = messages.trim().split('\n').map((line) => JSON.parse(line)).map((message) => message.executable).filter(Boolean);
  return [built.at(-1)];
}

/** As a program of mdBook: keeps what mdBook sends and returns it. */
function saveInput(path) {
  const input = readFileSync(0, 'utf8');
  writeFileSync(path, input);
  return JSON.parse(input);
}

/** The value in the middle, the least and the greatest of a list of numbers. */
function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return { median: (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2, least: sorted[0], greatest: sorted.at(-1) };
}

module.exports = { ROOT, run, programOf, saveInput, summary };
