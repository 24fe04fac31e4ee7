import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgresBinaries } from '../postgres-binaries.mjs';
import type { DatabaseOptions } from '../support/database.js';
import { freePort } from '../support/free-port.js';

/** The server refuses to run as root: then it runs as the user whom the distribution made for it. */
const OWNER = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};

function idOf(option: '-u' | '-g'): number {
  return Number(execFileSync('id', [option, 'postgres'], { encoding: 'utf8' }));
}

/** A PostgreSQL of the test's own, which may be stopped in the middle of anything. Nobody else's server is touched. */
export class ThrowawayPostgres {
  private constructor(
    private readonly binaries: string,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  /** @param settings of the server: `{ synchronous_commit: 'off' }`. */
  static async start(settings: Readonly<Record<string, string>> = {}): Promise<ThrowawayPostgres> {
    const binaries = findPostgresBinaries();
    if (binaries === null) throw new Error('There is no initdb and no pg_ctl: USERS_TEST_POSTGRES_BIN names the folder that holds them.');
    const folder = mkdtempSync(join(tmpdir(), 'users-cluster-'));
    if (OWNER.uid !== undefined) chownSync(folder, OWNER.uid, OWNER.gid);
    const postgres = new ThrowawayPostgres(binaries, folder, await freePort());
    await postgres.run('initdb', ['--no-sync', '--auth=trust', '--username=users_test', '-D', postgres.data]);
    const lines = { listen_addresses: '127.0.0.1', port: String(postgres.port), unix_socket_directories: folder, ...settings };
    appendFileSync(
      join(postgres.data, 'postgresql.conf'),
      Object.entries(lines)
        .map(([name, value]) => `${name} = '${value}'\n`)
        .join(''),
    );
    await postgres.restart();
    return postgres;
  }

  get database(): DatabaseOptions {
    return { type: 'postgres', host: '127.0.0.1', port: this.port, username: 'users_test', database: 'postgres' };
  }

  /** No checkpoint, no farewell: every process of the server is ended where it stands (`pg_ctl stop -m immediate`). */
  async stopImmediately(): Promise<void> {
    await this.run('pg_ctl', ['stop', '-m', 'immediate', '-D', this.data]);
  }

  /** Starts it, and waits until it has recovered and takes connections. */
  async restart(): Promise<void> {
    await this.run('pg_ctl', ['start', '-w', '-D', this.data, '-l', join(this.folder, 'log')]);
  }

  async remove(): Promise<void> {
    await this.stopImmediately().catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }

  private async run(program: string, args: readonly string[]): Promise<void> {
    await promisify(execFile)(join(this.binaries, program), args, { cwd: this.folder, ...OWNER });
  }
}
