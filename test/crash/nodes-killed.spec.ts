import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeAll } from '../integration/contexts/socket-clients.js';
import { ThrowawayRedis } from '../redis/throwaway-redis.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { Crowd } from './crowd.js';
import { leftoversIn, NOTHING_LEFT } from './crashed-database.js';
import { Guest } from './guest.js';
import { TwoNodes } from './two-nodes.js';

/** In milliseconds: fifty rounds have taken 480 s on a slow machine. */
const LONG = 1_800_000;
const ROUNDS = process.env['USERS_TEST_FULL'] === '1' ? 50 : 3;

let database: TestDatabase;
let redis: ThrowawayRedis;
let nodes: TwoNodes;
beforeEach(async () => {
  [database, redis] = await Promise.all([testDatabase('postgres'), ThrowawayRedis.start()]);
});
afterEach(async () => {
  closeAll();
  await nodes.close();
  await Promise.all([database.drop(), redis.remove()]);
});

/** Lets a crowd live on both until one of them is killed, and judge what both show. @returns what was wrong. */
async function killedRound(crowd: Crowd): Promise<string[]> {
  const faults = await crowd.liveUntil(() => nodes.replaceOne(), nodes);
  return [...faults, ...(await crowd.judge(nodes))];
}

describe(`${ROUNDS} times kill -9 of one of two nodes on one PostgreSQL and one Redis while eight people use both`, () => {
  it(
    'loses nothing that was answered, and what ended on one opens nothing on the other [B-137] [B-72]',
    async () => {
      const crowd = new Crowd();
      nodes = await TwoNodes.start({ database: database.options, redis: redis.url });
      for (let round = 0; round < ROUNDS; round += 1) expect(await killedRound(crowd)).toEqual([]);
      expect(await leftoversIn(database.options)).toEqual(NOTHING_LEFT);
    },
    LONG,
  );

  it('is noticed where nodes answer before they have written (the control) [B-137]', async () => {
    const crowd = new Crowd();
    nodes = await TwoNodes.start({ database: database.options, redis: redis.url, answersFirst: true });
    const wrong: string[] = [];
    for (let round = 0; round < 10 && wrong.length === 0; round += 1) wrong.push(...(await killedRound(crowd)));
    expect(wrong.join('\n')).toContain('session');
  }, 600_000);
});

const CACHED_ROUNDS = process.env['USERS_TEST_FULL'] === '1' ? 4 : 1;

/** In milliseconds: what a node may remember of a session that it did not hear the end of. */
const BOUND = 1_000;

/** Until both nodes admit log-ins, whose limits are counted in Redis. */
async function untilRedisIsHeard(): Promise<void> {
  const body = JSON.stringify({ login: 'nobody', password: 'x' });
  const isOut = async (url: string): Promise<boolean> =>
    (await fetch(`${url}/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).status === 503;
  for (const url of nodes.urls) while (await isOut(url)) await wait(20);
}

/** What ends while Redis is dead: the other node refuses it within the bound. One of the two nodes falls behind that, and Redis comes back. */
async function withoutRedis(guest: Guest): Promise<void> {
  await redis.kill();
  const by = randomInt(2);
  expect(await guest.leaveBy(nodes.urls[by] as string)).toBe(204);
  await wait(BOUND);
  expect(await Promise.all(nodes.urls.map((url) => guest.statusAt(url)))).toEqual([401, 401]);
  await nodes.replaceOne(by);
  await redis.restart();
}

describe('two nodes that remember sessions, on one PostgreSQL and one Redis, which are killed too', () => {
  it('accept nothing beyond the bound that ended on the other, and close its sockets [B-72] [B-137]', async () => {
    const crowd = new Crowd();
    nodes = await TwoNodes.start({ database: database.options, redis: redis.url, remembers: '1s' });
    for (let round = 0; round < CACHED_ROUNDS; round += 1) {
      const [first, second] = [await Guest.at(nodes.urls), await Guest.at(nodes.urls)];
      expect(await first.leaveBy(nodes.urls[randomInt(2)] as string)).toBe(204);
      expect(await first.closed()).toEqual([4401, 4401]);
      const faults = await crowd.liveUntil(() => withoutRedis(second), nodes);
      await untilRedisIsHeard();
      // The one by which he left closed his socket as it fell, or before; the other hears of it when Redis is back.
      expect(await second.closed()).toContain(4401);
      await wait(BOUND);
      expect([...faults, ...(await crowd.judge(nodes))]).toEqual([]);
    }
    expect(await leftoversIn(database.options)).toEqual(NOTHING_LEFT);
  }, 600_000);
});
