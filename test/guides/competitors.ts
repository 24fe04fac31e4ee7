import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../architecture/sources.js';

const FOLDER = join(ROOT, 'bench/competitors');

/** Installs what the bench compares us with, unless it is there: a package of its own, which `npm ci` of the root leaves alone. */
export function installCompetitors(): void {
  if (existsSync(join(FOLDER, 'node_modules/better-auth/package.json'))) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { cwd: FOLDER, stdio: 'pipe' });
}

/** A competitor's server, in a process of its own. */
export class Competitor {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** One set of headers for each credential. */
    readonly headers: readonly Readonly<Record<string, string>>[],
  ) {}

  static async start(name: string, args: readonly string[]): Promise<Competitor> {
    const child = fork(join(FOLDER, `${name}.mjs`), [...args], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const told = await new Promise<{ url: string; headers: Record<string, string>[] }>((resolve, reject) => {
      child.once('message', (message) => resolve(message as { url: string; headers: Record<string, string>[] }));
      child.once('exit', (code) => reject(new Error(`${name} ended with ${String(code)}.`)));
    });
    return new Competitor(child, told.url, told.headers);
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.send('stop');
    await ended;
  }
}
