import { afterEach, describe, expect, it } from '@jest/globals';
import { Crowd, CROWD_SIZE } from './crowd.js';
import { leftoversIn, NOTHING_LEFT } from './crashed-database.js';
import { KillableApp } from './killable-app.js';
import { ThrowawayPostgres } from './throwaway-postgres.js';

const ROUNDS = process.env['USERS_TEST_FULL'] === '1' ? 50 : 20;

let postgres: ThrowawayPostgres;
let app: KillableApp;
afterEach(async () => {
  await app.kill();
  await postgres.remove();
});

async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
  app = await KillableApp.load();
  postgres = await ThrowawayPostgres.start(settings);
  await app.start({ database: postgres.database });
}

/** Lets a crowd live on a server that is stopped under it, and judge what it knows when it is back. The app stays. @returns what was wrong. */
async function stoppedRound(crowd: Crowd): Promise<string[]> {
  const faults = await crowd.liveUntil(() => postgres.stopImmediately(), app);
  await postgres.restart();
  return [...faults, ...(await crowd.judge(app))];
}

describe(`${ROUNDS} times an immediate stop of PostgreSQL while eight people use the app`, () => {
  it('loses nothing that was answered, no link works twice, nobody is signed out, and the app serves on [B-137] [B-134]', async () => {
    const crowd = new Crowd();
    await start();
    for (let round = 0; round < ROUNDS; round += 1) expect(await stoppedRound(crowd)).toEqual([]);
    expect(await leftoversIn(postgres.database)).toEqual(NOTHING_LEFT);
    // Some left, and others came: how many is chance.
    expect(crowd.size).toBeGreaterThan(CROWD_SIZE);
  }, 600_000);

  it('is noticed on a server that acknowledges before its log is written (the control) [B-137]', async () => {
    const crowd = new Crowd();
    await start({ synchronous_commit: 'off', wal_writer_delay: '10s' });
    const wrong: string[] = [];
    for (let round = 0; round < 10 && wrong.length === 0; round += 1)
      wrong.push(...(await stoppedRound(crowd).catch((error: unknown) => [String(error)])));
    expect(wrong).not.toEqual([]);
  }, 600_000);
});
