import { Injectable } from '@nestjs/common';
import { type Connection, waitsOf } from '../../extend.js';
import { AttemptStore, type Spending } from '../../index.js';
import { RedisConnection } from './redis-connection.js';
import { RedisSettings } from './redis.options.js';
import { SPEND } from './spend.script.js';

/**
 * Counts budgets in Redis, for all nodes together. While Redis does not answer nothing is admitted: counting in the database meanwhile
 * would give everybody a second budget, and again with each outage that somebody can cause.
 */
@Injectable()
export class RedisAttemptStore extends AttemptStore {
  constructor(
    private readonly redis: RedisConnection,
    private readonly settings: RedisSettings,
  ) {
    super();
  }

  override spend(_on: Connection, spending: Spending): Promise<Date | null> {
    return this.ask('spend', spending);
  }

  override refusedUntil(_on: Connection, spending: Spending): Promise<Date | null> {
    return this.ask('ask', spending);
  }

  override async reset(_on: Connection, key: string): Promise<boolean> {
    return Number(await this.redis.ask('DEL', this.keyOf(key))) === 1;
  }

  /** Each key expires when it counts no more. */
  override async purge(): Promise<number> {
    return 0;
  }

  private async ask(what: 'spend' | 'ask', { key, budget, now }: Spending): Promise<Date | null> {
    const waits = budget.delay === undefined ? [] : waitsOf(budget.delay);
    const numbers = [now.getTime(), budget.limit, budget.window].map(String);
    const until = await this.redis.run(SPEND, this.keyOf(key), ...numbers, what, ...waits.map(String));
    return until === null ? null : new Date(Number(until));
  }

  private keyOf(key: string): string {
    return `${this.settings.prefix}:limit:${key}`;
  }
}
