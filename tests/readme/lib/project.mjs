// The project, a fresh copy of it, and the commands of its README.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('../../../', import.meta.url));

const AUTHOR = ['-c', 'user.name=A reader', '-c', 'user.email=reader@example.org'];

/** What git has of the project, and what is new in it, committed in a folder of its own. */
export function freshCopy() {
  const folder = mkdtempSync(join(tmpdir(), 'measured-readme-'));
  const copy = join(folder, 'measured');
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: PROJECT });
  for (const path of listed.toString().split('\0').filter((path) => path && existsSync(join(PROJECT, path)))) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(PROJECT, path), join(copy, path));
  }
  for (const step of [['init', '--quiet'], ['add', '--all'], ['commit', '--quiet', '--message', 'A copy']]) {
    execFileSync('git', [...AUTHOR, ...step], { cwd: copy });
  }
  // Data sets are no part of a copy; where they are at hand, images of them are in the book.
  if (existsSync(join(PROJECT, 'data'))) symlinkSync(join(PROJECT, 'data'), join(copy, 'data'));
  return { folder, copy, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The commands in the blocks of README that are for a shell, in their order. */
export function commands() {
  const readme = readFileSync(join(PROJECT, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block]) => block);
  const lines = blocks.flatMap((block) => block.split('\n'));
  return lines.map((line) => line.replace(/ # .*$/, '').trim()).filter(Boolean);
}
