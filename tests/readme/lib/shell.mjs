// Commands as a reader types them.
import { spawn } from 'node:child_process';

/** A command that was typed. */
export class Typed {
  constructor(command, { cwd, env, limit = 1_800_000 }) {
    this.command = command;
    this.said = '';
    // A process group of its own, as a shell gives it: Ctrl-C reaches all that is in it.
    this.process = spawn('bash', ['-c', command], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.said += text; });
    }
    this.ended = new Promise((resolve) => this.process.on('close', (code, signal) => resolve(code ?? signal)));
    this.timer = setTimeout(() => this.signal('SIGKILL'), limit);
    this.ended.then(() => clearTimeout(this.timer));
  }

  signal(name) {
    try {
      process.kill(-this.process.pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error; // it has ended
    }
  }

  /** Ctrl-C, as the terminal sends it. */
  interrupt() {
    this.signal('SIGINT');
  }

  /** Waits until what it said fits `pattern`; what it said, where it ends or takes too long before. */
  async says(pattern, limit = 60_000) {
    const end = Date.now() + limit;
    let over = false;
    this.ended.then(() => { over = true; });
    while (!pattern.test(this.said)) {
      if (over || Date.now() > end) {
        throw new Error(`\`${this.command}\` did not say ${pattern}, but:\n${this.said}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.said;
  }
}

/** Types a command and waits for its end; what it said, and how it ended. */
export async function type(command, where) {
  const typed = new Typed(command, where);
  const code = await typed.ended;
  return { code, said: typed.said };
}

/** The same, for a command that must succeed. */
export async function succeed(command, where) {
  const { code, said } = await type(command, where);
  if (code !== 0) throw new Error(`\`${command}\` ended with ${code}:\n${said}`);
  return said;
}
