import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Equal } from 'typeorm';
import { AttemptRow } from '../../../lib/rate-limits/attempt.entity.js';
import { DatabaseAttemptStore } from '../../../lib/rate-limits/attempt.store.js';
import type { Spending } from '../../../lib/rate-limits/attempt-store.port.js';
import { type Budget, refusedUntil } from '../../../lib/rate-limits/budget.js';
import { RateLimiter } from '../../../lib/rate-limits/rate-limiter.js';
import { defineUsers } from '../../../lib/define-users.js';
import type { Connection } from '../../../lib/persistence/connection.js';
import { meeting } from '../../support/race.js';
import { rateLimited, type RateLimited } from './rate-limited.js';

const plain: Budget = { name: 'plain', limit: 5, window: 600_000 };
const growing: Budget = { ...plain, name: 'growing', delay: { first: 30_000, longest: 3_600_000 } };
const ROUNDS = 10;

/** The control: all 40 look, then they write. */
class LookThenWrite extends DatabaseAttemptStore {
  private readonly entity = defineUsers().rows.of(AttemptRow);
  private readonly allHaveLooked = meeting(40);

  override async spend(on: Connection, { key, budget, now }: Spending): Promise<Date | null> {
    const row = await on.ask((manager) => manager.findOneBy(this.entity, { key: Equal(key) }));
    await this.allHaveLooked();
    const until = row === null ? null : refusedUntil(budget, row, now);
    if (until !== null) return until;
    const count = (row?.count ?? 0) + 1;
    await on.ask((manager) => manager.upsert(this.entity, { key, windowAt: now, count, blockedUntil: null }, ['key']));
    return null;
  }
}

let world: RateLimited;
beforeEach(async () => {
  world = await rateLimited();
});
afterEach(() => world.close());

async function burst(limiter: RateLimiter, budget: Budget, { size, who }: { size: number; who: string }): Promise<number> {
  const answers = await Promise.all(Array.from({ length: size }, () => limiter.trySpend(budget, who)));
  return answers.filter(Boolean).length;
}

describe('tries released together', () => {
  it.each([plain, growing])('are admitted exactly as often as the budget says, 40 against 5 [B-25] [B-26]: $name', async (budget) => {
    const admitted: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) admitted.push(await burst(world.limiter, budget, { size: 40, who: `victim-${round}` }));
    expect(admitted).toEqual(Array(ROUNDS).fill(5));
  });

  it('are admitted more often by a store that looks first (the control)', async () => {
    const naive = new RateLimiter(new LookThenWrite(defineUsers().rows), world.database, world.clock);
    const admitted = await burst(naive, plain, { size: 40, who: 'victim' });
    expect(admitted).toBeGreaterThan(5);
  });

  it('are counted one by one where no row was yet, 16 at once', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await burst(world.limiter, { ...plain, limit: 100 }, { size: 16, who: `fresh-${round}` })).toBe(16);
    }
    const rows = await world.rows.find();
    expect(rows.map((row) => row.count)).toEqual(Array(ROUNDS).fill(16));
  });

  it.each([plain, growing])('share one new window when the old one is over: $name', async (budget) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(await burst(world.limiter, budget, { size: 16, who: 'regular' })).toBe(5);
      world.clock.advance('11m');
    }
  });

  it('get one try in all after each wait of a growing delay', async () => {
    expect(await burst(world.limiter, growing, { size: 16, who: 'victim' })).toBe(5);
    for (const wait of ['30s', '60s', '120s', '240s'] as const) {
      world.clock.advance(wait);
      expect(await burst(world.limiter, growing, { size: 16, who: 'victim' })).toBe(1);
    }
  });

  it('stay within the budget while others reset and purge', async () => {
    const others = Promise.all(
      Array.from({ length: 16 }, async (_, index) => {
        await world.limiter.reset(plain, `other-${index}`);
        await world.store.purge(world.database, new Date(0), 10);
      }),
    );
    expect(await burst(world.limiter, plain, { size: 40, who: 'victim' })).toBe(5);
    await others;
  });
});
