import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TooManyRequestsError, UnavailableError } from '../../../lib/kernel/errors.js';
import { Issues } from '../../../lib/kernel/issues.js';
import type { Budget } from '../../../lib/rate-limits/budget.js';
import { resolveLimitsOptions } from '../../../lib/rate-limits/rate-limits.options.js';
import { Statements } from '../../support/statements.js';
import { rateLimited, type RateLimited } from './rate-limited.js';

const MINUTE = 60_000;
const plain: Budget = { name: 'plain', limit: 3, window: 10 * MINUTE };
const growing: Budget = { name: 'growing', limit: 5, window: 10 * MINUTE, delay: { first: 30_000, longest: 60 * MINUTE } };

let world: RateLimited;
beforeEach(async () => {
  world = await rateLimited();
});
afterEach(() => world.close());

async function spend(budget: Budget, times: number, who = 'somebody'): Promise<boolean[]> {
  const admitted: boolean[] = [];
  for (let time = 0; time < times; time += 1) admitted.push(await world.limiter.trySpend(budget, who));
  return admitted;
}

async function retryAfter(budget: Budget, who = 'somebody'): Promise<number | undefined> {
  try {
    await world.limiter.spend(budget, who);
    return undefined;
  } catch (error) {
    if (!(error instanceof TooManyRequestsError)) throw error;
    return error.retryAfterSeconds;
  }
}

describe('a budget with a window', () => {
  it('admits its limit, then refuses until the window that began with the first try is over', async () => {
    expect(await spend(plain, 2)).toEqual([true, true]);
    world.clock.advance('9m');
    expect(await spend(plain, 2)).toEqual([true, false]);
    expect(await retryAfter(plain)).toBe(60);
    world.clock.advance('59.999s');
    expect(await retryAfter(plain)).toBe(1);
    world.clock.advance('0.001s');
    expect(await spend(plain, 4)).toEqual([true, true, true, false]);
  });

  it('is not prolonged by tries that it refused', async () => {
    await spend(plain, 3);
    for (let minute = 0; minute < 10; minute += 1) {
      expect(await spend(plain, 5)).toEqual([false, false, false, false, false]);
      world.clock.advance('1m');
    }
    expect(await spend(plain, 1)).toEqual([true]);
  });

  it('says whether it is spent without counting', async () => {
    for (let time = 0; time < 10; time += 1) expect(await world.limiter.isSpent(plain, 'somebody')).toBe(false);
    expect(await world.rows.count()).toBe(0);
    await spend(plain, 2);
    for (let time = 0; time < 10; time += 1) expect(await world.limiter.isSpent(plain, 'somebody')).toBe(false);
    await spend(plain, 1);
    expect(await world.limiter.isSpent(plain, 'somebody')).toBe(true);
    world.clock.advance('10m');
    expect(await world.limiter.isSpent(plain, 'somebody')).toBe(false);
  });

  it('is whole again after a reset, for this spender and this budget alone', async () => {
    const other: Budget = { ...plain, name: 'other' };
    await spend(plain, 3);
    await spend(plain, 3, 'somebody else');
    await spend(other, 3);
    await world.limiter.reset(plain, 'somebody');
    await world.limiter.reset(plain, 'nobody yet');
    expect(await spend(plain, 4)).toEqual([true, true, true, false]);
    expect(await spend(plain, 1, 'somebody else')).toEqual([false]);
    expect(await spend(other, 1)).toEqual([false]);
  });

  it('does not mix with another budget or another spender', async () => {
    await spend(plain, 3);
    expect(await spend({ ...plain, name: 'other' }, 3)).toEqual([true, true, true]);
    expect(await spend(plain, 1, 'Somebody')).toEqual([true]);
  });

  it('admits one when its limit is one', async () => {
    expect(await spend({ ...plain, limit: 1 }, 2)).toEqual([true, false]);
  });
});

describe('a budget with a growing delay', () => {
  it('lets five through, then one after each wait, which doubles from 30 seconds to an hour', async () => {
    expect(await spend(growing, 6)).toEqual([true, true, true, true, true, false]);
    const waits: (number | undefined)[] = [];
    for (let step = 0; step < 10; step += 1) {
      waits.push(await retryAfter(growing));
      world.clock.advance(`${(waits.at(-1) ?? 0) - 1}s`);
      expect(await spend(growing, 1)).toEqual([false]);
      world.clock.advance('1s');
      expect(await spend(growing, 2)).toEqual([true, false]);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  it('forgives only after a whole quiet window behind the last wait', async () => {
    await spend(growing, 5);
    world.clock.advance('30s');
    expect(await spend(growing, 1)).toEqual([true]);
    world.clock.advance('10m');
    // One minute of waiting, nine of quiet: not a whole window.
    expect(await spend(growing, 2)).toEqual([true, false]);
    expect(await retryAfter(growing)).toBe(120);
    world.clock.advance('12m');
    expect(await spend(growing, 6)).toEqual([true, true, true, true, true, false]);
    expect(await retryAfter(growing)).toBe(30);
  });

  it('counts tries that come just slowly enough for a fixed window', async () => {
    for (let time = 0; time < 5; time += 1) {
      expect(await spend(growing, 1)).toEqual([true]);
      world.clock.advance('9m');
    }
    expect(await spend(growing, 2)).toEqual([true, false]);
  });

  it('waits after the first when its limit is one', async () => {
    expect(await spend({ ...growing, limit: 1 }, 2)).toEqual([true, false]);
    expect(await retryAfter({ ...growing, limit: 1 })).toBe(30);
  });

  it('never waits longer than the longest, also where first and longest are the same', async () => {
    const flat: Budget = { ...growing, limit: 1, delay: { first: 5_000, longest: 5_000 } };
    for (let step = 0; step < 4; step += 1) {
      expect(await spend(flat, 2)).toEqual([true, false]);
      expect(await retryAfter(flat)).toBe(5);
      world.clock.advance('5s');
    }
  });
});

describe('when the clock is set back', () => {
  it.each([plain, growing])('locks nobody out for ever [B-141]: $name', async (budget) => {
    world.clock.advance('365d');
    await spend(budget, 8);
    world.clock.turnBack('365d');
    expect(await spend(budget, 1)).toEqual([true]);
  });

  it.each([plain, growing])('by a little, it forgives nothing and locks at most one window longer [B-141]: $name', async (budget) => {
    await spend(budget, 8);
    world.clock.turnBack('5m');
    expect(await spend(budget, 1)).toEqual([false]);
    world.clock.advance('5m');
    world.clock.advance('10m');
    expect(await spend(budget, 1)).toEqual([true]);
  });
});

describe('what is stored', () => {
  it('holds no address and no identifier, only 64 hex characters', async () => {
    await spend(plain, 1, '198.51.100.4');
    await spend(plain, 1, 'ann@example.com');
    const rows = await world.rows.find();
    expect(rows.map((row) => row.key)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
    expect(JSON.stringify(rows)).not.toMatch(/198\.51|ann|example/);
  });

  it('survives what an attacker adds, and takes any text for a spender [B-52]', async () => {
    await spend(plain, 3, 'admin');
    for (let name = 0; name < 300; name += 1) await world.limiter.trySpend(plain, `random-${name}`);
    for (const odd of ['\0', '\ud800', "'; DROP TABLE auth_attempts; --", 'x'.repeat(100_000), '%s%n', '__proto__']) {
      expect(await world.limiter.trySpend(plain, odd)).toBe(true);
    }
    expect(await spend(plain, 1, 'admin')).toEqual([false]);
  });

  it('refuses to count for nobody', async () => {
    await expect(world.limiter.trySpend(plain, undefined as unknown as string)).rejects.toThrow(TypeError);
    await expect(world.limiter.trySpend(plain, '')).rejects.toThrow(TypeError);
    expect(await world.rows.count()).toBe(0);
  });

  it('outlives the process [B-53]', async () => {
    await spend(plain, 3);
    const { RateLimiter } = await import('../../../lib/rate-limits/rate-limiter.js');
    expect(await new RateLimiter(world.store, world.database, world.clock).trySpend(plain, 'somebody')).toBe(false);
  });

  it('is purged in batches, and only what is old', async () => {
    const { memory } = resolveLimitsOptions(undefined, new Issues());
    for (let old = 0; old < 5; old += 1) await spend(plain, 1, `old-${old}`);
    world.clock.advance('2d');
    await spend(plain, 3, 'fresh');
    const before = new Date(world.clock.now().getTime() - memory);
    expect(await world.store.purge(world.database, before, 3)).toBe(3);
    expect(await world.store.purge(world.database, before, 3)).toBe(2);
    expect(await world.store.purge(world.database, before, 3)).toBe(0);
    expect(await world.rows.count()).toBe(1);
    expect(await spend(plain, 1, 'fresh')).toEqual([false]);
  });

  it('admits nobody when the database does not answer', async () => {
    await world.database.dataSource.destroy();
    await expect(world.limiter.spend(plain, 'somebody')).rejects.toBeInstanceOf(UnavailableError);
    await expect(world.limiter.trySpend(plain, 'somebody')).rejects.toBeInstanceOf(UnavailableError);
    await world.database.dataSource.initialize();
  });
});

describe('what a try costs', () => {
  it.each([plain, growing])(
    'is one statement in an open window, two for its first, more only for an old one and for a no: %j',
    async (budget) => {
      const statements = Statements.of(world.dataSource);
      const costOf = async (isAdmitted: boolean): Promise<number> => {
        const start = statements.texts.length;
        expect(await spend(budget, 1)).toEqual([isAdmitted]);
        return statements.texts.length - start;
      };
      expect([await costOf(true), await costOf(true)]).toEqual([2, 1]);
      await spend(budget, budget.limit - 2);
      expect(await costOf(false)).toBe(3);
      world.clock.advance('2h');
      expect([await costOf(true), await costOf(true)]).toEqual([4, 1]);
    },
  );

  it('is a wait after the very first where none is free, also in a new window', async () => {
    const strict: Budget = { ...growing, name: 'strict', limit: 1 };
    for (let window = 0; window < 2; window += 1) {
      expect(await spend(strict, 1)).toEqual([true]);
      expect(await retryAfter(strict)).toBe(30);
      world.clock.advance('30s');
      expect(await spend(strict, 2)).toEqual([true, false]);
      expect(await retryAfter(strict)).toBe(60);
      world.clock.advance('2h');
    }
  });
});
