import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { testDatabase, type TestDatabase } from '../support/database.js';
import { Crowd, CROWD_SIZE } from './crowd.js';
import { leftoversIn, NOTHING_LEFT } from './crashed-database.js';
import { KillableApp } from './killable-app.js';

const ROUNDS = process.env['USERS_TEST_FULL'] === '1' ? 50 : 10;

let database: TestDatabase;
let app: KillableApp;
let next: Promise<KillableApp>;
beforeEach(async () => {
  database = await testDatabase();
  next = KillableApp.load();
});
afterEach(async () => {
  await app.kill();
  await (await next).kill();
  await database.drop();
});

/** Lets a crowd live in an app that is killed, and judge the one that follows. @returns what was wrong. */
async function killedRound(crowd: Crowd, answersFirst: boolean): Promise<string[]> {
  const faults = await crowd.liveUntil(() => app.kill(), app);
  await follow(answersFirst);
  return [...faults, ...(await crowd.judge(app))];
}

async function follow(answersFirst = false): Promise<void> {
  app = await next;
  next = KillableApp.load();
  await app.start({ database: database.options, answersFirst });
}

describe(`${ROUNDS} times kill -9 while eight people use the app`, () => {
  it('loses nothing that was answered, and no link works twice [B-137]', async () => {
    const crowd = new Crowd();
    await follow();
    for (let round = 0; round < ROUNDS; round += 1) expect(await killedRound(crowd, false)).toEqual([]);
    expect(await leftoversIn(database.options)).toEqual(NOTHING_LEFT);
    // Some left, and others came: how many is chance.
    expect(crowd.size).toBeGreaterThan(CROWD_SIZE);
  }, 600_000);

  it('is noticed where an app answers before it has written (the control) [B-137]', async () => {
    const crowd = new Crowd();
    await follow(true);
    const wrong: string[] = [];
    for (let round = 0; round < 10 && wrong.length === 0; round += 1) wrong.push(...(await killedRound(crowd, true)));
    expect(wrong.join('\n')).toContain('session');
  }, 600_000);
});
