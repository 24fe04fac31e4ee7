import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { freePort } from '../support/free-port.js';
import { findRedisServer } from './redis-server.mjs';

/** A Redis of the test's own, which may be killed at any moment. Nobody else's server is touched. */
export class ThrowawayRedis {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly settings: readonly string[],
  ) {}

  /** @param settings of the server: `['--maxmemory', '8mb']`. */
  static async start(settings: readonly string[] = []): Promise<ThrowawayRedis> {
    const redis = await ThrowawayRedis.stopped(settings);
    await redis.restart();
    return redis;
  }

  /** One that nobody has started yet. */
  static async stopped(settings: readonly string[] = []): Promise<ThrowawayRedis> {
    return new ThrowawayRedis(await freePort(), mkdtempSync(join(tmpdir(), 'users-redis-')), settings);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it, and waits until it answers; what it held is gone unless the settings keep it. */
  async restart(): Promise<void> {
    const program = findRedisServer();
    if (program === null) throw new Error('There is no redis-server: USERS_TEST_REDIS_SERVER names one.');
    const place = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', ''];
    this.child = spawn(program, [...place, ...this.settings], { stdio: 'ignore' });
    const client = createClient({ url: this.url, socket: { reconnectStrategy: 20 } });
    client.on('error', () => undefined);
    await client.connect();
    client.destroy();
  }

  async kill(): Promise<void> {
    const child = this.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
