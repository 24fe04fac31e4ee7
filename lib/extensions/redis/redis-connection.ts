import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { withDeadline } from '../../extend.js';
import { UnavailableError } from '../../index.js';
import type { RedisClient } from './redis-client.js';

/**
 * The one connection of a user space on which Redis is asked. It is made in the background and made again whenever it breaks: a node
 * starts, and serves what needs no Redis, while Redis is down.
 */
export class RedisConnection implements OnApplicationShutdown {
  private readonly logger = new Logger('UsersRedis');
  /** One line for each outage, not one for each question. */
  private isInTrouble = false;

  /** @param timeout how long one question may take, in milliseconds. */
  constructor(
    private readonly client: RedisClient,
    private readonly timeout: number,
  ) {
    client.on('error', (error) => this.complain(error));
    client.on('ready', () => void this.checkEviction());
  }

  /** Calls `task` whenever there is a connection anew. */
  onReady(task: () => void): void {
    this.client.on('ready', task);
  }

  /** Begins to connect. @returns when there is a connection, or when one has been waited for as long as a question may take. */
  async open(): Promise<void> {
    // Never rejects while the app runs: it goes on trying, and each failure is told as an event.
    const connected = this.client.connect().catch((error: unknown) => this.complain(error));
    await withDeadline(connected, this.timeout, 'Redis').catch((error: unknown) => this.complain(error));
  }

  /** @throws UnavailableError whatever goes wrong: no connection, no answer in time, a server that refuses to write. */
  async ask(...words: readonly string[]): Promise<unknown> {
    try {
      const answer = await withDeadline(this.client.sendCommand(words), this.timeout, 'Redis');
      this.isInTrouble = false;
      return answer;
    } catch (error) {
      if (isNoScript(error)) throw error;
      this.complain(error);
      throw error instanceof UnavailableError ? error : new UnavailableError(error);
    }
  }

  /**
   * Runs a script, by its hash where the server knows it.
   *
   * @throws UnavailableError
   */
  async run(script: { readonly text: string; readonly hash: string }, key: string, ...values: readonly string[]): Promise<unknown> {
    try {
      return await this.ask('EVALSHA', script.hash, '1', key, ...values);
    } catch (error) {
      if (!isNoScript(error)) throw error;
      return this.ask('EVAL', script.text, '1', key, ...values);
    }
  }

  onApplicationShutdown(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  private complain(error: unknown): void {
    if (this.isInTrouble) return;
    this.isInTrouble = true;
    this.logger.error(`Redis does not answer as it should; what needs it is refused until it does: ${messageOf(error)}`);
  }

  /** A server that makes room by forgetting keys lets an attacker choose which: he makes many. */
  private async checkEviction(): Promise<void> {
    try {
      const memory = String(await this.ask('INFO', 'memory'));
      const policy = /^maxmemory_policy:(.*?)\r?$/m.exec(memory)?.[1];
      if (policy !== undefined && policy !== 'noeviction' && !/^maxmemory:0\r?$/m.test(memory))
        this.logger.warn(
          `Redis forgets keys when its memory is full (maxmemory-policy ${policy}): set noeviction, or limits are forgotten too.`,
        );
    } catch {
      // Who may not ask for it is not told.
    }
  }
}

function isNoScript(error: unknown): boolean {
  return messageOf(error).startsWith('NOSCRIPT');
}

/** Not by `instanceof`: an error of Node's own may come from another realm. A failed connection to several addresses has no message of its own. */
function messageOf(error: unknown): string {
  const { message, code } = (error ?? {}) as { message?: unknown; code?: unknown };
  return String(message || code || error);
}
