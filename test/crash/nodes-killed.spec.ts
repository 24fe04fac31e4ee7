import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ThrowawayRedis } from '../redis/throwaway-redis.js';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { Crowd } from './crowd.js';
import { leftoversIn, NOTHING_LEFT } from './crashed-database.js';
import { TwoNodes } from './two-nodes.js';

const ROUNDS = process.env['USERS_TEST_FULL'] === '1' ? 50 : 3;

let database: TestDatabase;
let redis: ThrowawayRedis;
let nodes: TwoNodes;
beforeEach(async () => {
  [database, redis] = await Promise.all([testDatabase('postgres'), ThrowawayRedis.start()]);
});
afterEach(async () => {
  await nodes.close();
  await Promise.all([database.drop(), redis.remove()]);
});

/** Lets a crowd live on both until one of them is killed, and judge what both show. @returns what was wrong. */
async function killedRound(crowd: Crowd): Promise<string[]> {
  const faults = await crowd.liveUntil(() => nodes.replaceOne(), nodes);
  return [...faults, ...(await crowd.judge(nodes))];
}

describe(`${ROUNDS} times kill -9 of one of two nodes on one PostgreSQL and one Redis while eight people use both`, () => {
  it('loses nothing that was answered, and what ended on one opens nothing on the other [B-137] [B-72]', async () => {
    const crowd = new Crowd();
    nodes = await TwoNodes.start({ database: database.options, redis: redis.url });
    for (let round = 0; round < ROUNDS; round += 1) expect(await killedRound(crowd)).toEqual([]);
    expect(await leftoversIn(database.options)).toEqual(NOTHING_LEFT);
  }, 600_000);

  it('is noticed where nodes answer before they have written (the control) [B-137]', async () => {
    const crowd = new Crowd();
    nodes = await TwoNodes.start({ database: database.options, redis: redis.url, answersFirst: true });
    const wrong: string[] = [];
    for (let round = 0; round < 10 && wrong.length === 0; round += 1) wrong.push(...(await killedRound(crowd)));
    expect(wrong.join('\n')).toContain('session');
  }, 600_000);
});
