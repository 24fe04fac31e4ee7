import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AttemptStore, Budget, Spending } from 'nestjs-users';
import { attemptStoreContract } from 'nestjs-users/testing';
import { RedisAttemptStore } from '../../lib/extensions/redis/redis-attempt.store.js';
import { redisClient } from '../../lib/extensions/redis/redis-client.js';
import { RedisConnection } from '../../lib/extensions/redis/redis-connection.js';
import { type RateLimited, rateLimited } from '../integration/rate-limits/rate-limited.js';
import { meeting, race, winners } from '../support/race.js';
import { OwnKeys } from './own-keys.js';

const NODES = 2;
const now = new Date('2031-05-06T07:08:09.000Z');
const plain: Budget = { name: 'plain', limit: 5, window: 600_000 };
const growing: Budget = { ...plain, name: 'growing', delay: { first: 30_000, longest: 3_600_000 } };

let keys: OwnKeys;
let connections: RedisConnection[];
let stores: RedisAttemptStore[];
let database: RateLimited;

beforeAll(async () => {
  keys = await OwnKeys.open();
  database = await rateLimited();
  connections = await Promise.all(Array.from({ length: NODES }, () => connect()));
  stores = connections.map((one) => new RedisAttemptStore(one, { url: keys.url, client: {}, prefix: keys.prefix }));
});
afterAll(async () => {
  for (const one of connections) one.onApplicationShutdown();
  await database.close();
  await keys.close();
});

async function connect(): Promise<RedisConnection> {
  const connection = new RedisConnection(await redisClient({ url: keys.url, client: {} }), 10_000);
  await connection.open();
  return connection;
}

function store(): RedisAttemptStore {
  return stores[0] as RedisAttemptStore;
}

const newKey = (): string => randomBytes(32).toString('hex');

/** Lets 40 try at once, by turns on each node. @returns how many were admitted. */
async function burst(on: readonly AttemptStore[], spending: Spending): Promise<number> {
  const answers = await race(40, (index) => (on[index % on.length] as AttemptStore).spend(database.database, spending));
  return winners(answers).filter((until) => until === null).length;
}

/** The control: all 40 look, then they write. */
class LookThenWrite extends RedisAttemptStore {
  private readonly allHaveLooked = meeting(40);

  override async spend(_on: unknown, { key, budget }: Spending): Promise<Date | null> {
    const count = Number((await keys.ask('GET', `${keys.prefix}:naive:${key}`)) ?? 0);
    await this.allHaveLooked();
    if (count >= budget.limit) return now;
    await keys.ask('SET', `${keys.prefix}:naive:${key}`, String(count + 1));
    return null;
  }
}

describe('RedisAttemptStore', () => {
  for (const c of attemptStoreContract) it(`${c.name} [5.5]`, () => c.verify(() => store()));

  it.each([plain, growing])(
    'admits exactly as many of forty at once on two nodes as the budget says [B-25] [B-26]: $name',
    async (budget) => {
      for (let round = 0; round < 10; round += 1) expect(await burst(stores, { key: newKey(), budget, now })).toBe(5);
    },
  );

  it('would admit more if it looked first (the control)', async () => {
    const naive = new LookThenWrite(connections[0] as RedisConnection, { url: keys.url, client: {}, prefix: keys.prefix });
    expect(await burst([naive], { key: newKey(), budget: plain, now })).toBeGreaterThan(5);
  });

  it('answers as the store in the database does, whatever is tried and whenever', async () => {
    const step = fc.record({ by: fc.integer({ min: -90_000, max: 400_000 }), asks: fc.boolean() });
    const delay = fc.record({ first: fc.integer({ min: 1_000, max: 60_000 }), longest: fc.integer({ min: 60_000, max: 300_000 }) });
    const budgets = fc.record(
      { name: fc.constant('any'), limit: fc.integer({ min: 1, max: 4 }), window: fc.integer({ min: 60_000, max: 300_000 }), delay },
      { requiredKeys: ['name', 'limit', 'window'] },
    );
    const tries = fc.array(step, { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(budgets, tries, async (budget, steps) => {
        const key = newKey();
        let at = now.getTime();
        for (const { by, asks } of steps) {
          at += by;
          const spending = { key, budget, now: new Date(at) };
          const ask = (one: AttemptStore) =>
            asks ? one.refusedUntil(database.database, spending) : one.spend(database.database, spending);
          expect(await ask(store())).toEqual(await ask(database.store));
        }
      }),
      { numRuns: 15 },
    );
  });

  it('holds the hash of a key, and forgets it when it counts no more', async () => {
    const key = newKey();
    const names = async () => (await keys.names()).filter((name) => name.includes(key));
    await store().spend(database.database, { key, budget: growing, now });
    expect(await names()).toEqual([`${keys.prefix}:limit:${key}`]);
    const life = Number(await keys.ask('PTTL', `${keys.prefix}:limit:${key}`));
    expect(life).toBeGreaterThan(0);
    expect(life).toBeLessThanOrEqual(growing.window);
    await store().spend(database.database, { key, budget: { ...plain, window: 1 }, now: new Date(now.getTime() + 700_000) });
    while ((await names()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await store().reset(database.database, key)).toBe(false);
  });

  it('goes on where the server has forgotten the script', async () => {
    await keys.ask('SCRIPT', 'FLUSH');
    expect(await store().spend(database.database, { key: newKey(), budget: plain, now })).toBeNull();
  });
});
