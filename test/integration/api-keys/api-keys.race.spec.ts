import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidSessionError, TooManyApiKeysError } from 'nestjs-users';
import { SessionStore } from '../../../lib/sessions/session.store.js';
import { HostApp, type HostOptions } from '../../support/host-app.js';
import { losses, meeting, race, winners } from '../../support/race.js';

const RACERS = 16;
const ROUNDS = 4;

let host: HostApp;
let id: string;
async function start(options: HostOptions = {}): Promise<void> {
  host = await HostApp.start(options);
  id = (await host.user('ann')).id;
}
afterEach(() => host.close());

const make = (index = 0) => host.sessions.createApiKey(id, { name: `key ${index}` });

describe(`${RACERS} who make a key at once`, () => {
  it('[4.15] get as many as there may be', async () => {
    await start({ apiKeys: { max: 3 } });
    for (let round = 0; round < ROUNDS; round += 1) {
      const results = await race(RACERS, make);
      expect(winners(results)).toHaveLength(3);
      expect(losses(results)).toEqual(Array(RACERS - 3).fill(TooManyApiKeysError.name));
      for (const { id: key } of await host.sessions.listApiKeys(id)) await host.sessions.endApiKey(key);
    }
  });

  it('(control: without the lock, where all have counted before one inserts, they get more)', async () => {
    await start({ apiKeys: { max: 3 } });
    const allHaveCounted = meeting();
    await race(RACERS, async (index) => {
      const keys = await host.sessions.listApiKeys(id);
      await allHaveCounted();
      if (keys.length < 3) await host.dataSource.getRepository(host.app.get(SessionStore)['entity']).insert({ ...rowOf(index) } as object);
    });
    expect((await host.sessions.listApiKeys(id)).length).toBeGreaterThan(3);
  });
});

describe(`${RACERS} who use a key with one use left at once`, () => {
  it('[4.15] [B-32] are let in once', async () => {
    await start();
    for (let round = 0; round < ROUNDS; round += 1) {
      const { key } = await host.sessions.createApiKey(id, { name: 'once', maxUses: 1 });
      const results = await race(RACERS, () => host.sessions.authenticateApiKey(key));
      expect(winners(results)).toHaveLength(1);
      expect(losses(results)).toEqual(Array(RACERS - 1).fill(InvalidSessionError.name));
    }
  });

  it('[B-32] and by a rate of one, once', async () => {
    await start();
    const { key } = await host.sessions.createApiKey(id, { name: 'slow', rate: { uses: 1, per: '1m' } });
    expect(winners(await race(RACERS, () => host.sessions.authenticateApiKey(key)))).toHaveLength(1);
  });

  it('(control: look, then count, lets more in)', async () => {
    await start();
    const { apiKey } = await host.sessions.createApiKey(id, { name: 'once', maxUses: 1 });
    const rows = host.dataSource.getRepository<{ id: string; uses: number }>(host.app.get(SessionStore)['entity'] as never);
    const allHaveLooked = meeting();
    const results = await race(RACERS, async () => {
      const row = await rows.findOneByOrFail({ id: apiKey.id });
      await allHaveLooked();
      if (row.uses >= 1) throw new InvalidSessionError('expired');
      await rows.update({ id: apiKey.id }, { uses: row.uses + 1 });
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });
});

function rowOf(index: number): object {
  const now = host.clock.now();
  const rowId = `0190a6e0-0000-7000-8000-0000000000${String(index).padStart(2, '0')}`;
  const instants = { createdAt: now, lastSeenAt: now, authenticatedAt: now };
  return { id: rowId, userId: id, secretHash: '0'.repeat(64), kind: 'apiKey', fixed: true, remember: false, uses: 0, ...instants };
}
