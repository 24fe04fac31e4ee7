import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HostApp } from '../../support/host-app.js';
import { losses, meeting, race, RACERS, winners } from '../../support/race.js';

const ROUNDS = 5;

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start();
});
afterEach(() => host.close());

const people = (): Promise<string[]> => Promise.all(Array.from({ length: RACERS }, async (_, index) => (await host.user(`u${index}`)).id));

describe(`${RACERS} at once`, () => {
  it('[2.13] of as many users exactly one gets an identity', async () => {
    const ids = await people();
    for (let round = 0; round < ROUNDS; round += 1) {
      const profile = { provider: 'google', subject: `s${round}` };
      const results = await race(RACERS, (index) => host.users.linkSocial(ids[index] ?? '', profile, { allowUnproven: true }));
      expect(winners(results)).toHaveLength(1);
      expect(new Set(losses(results))).toEqual(new Set(['SocialIdentityTakenError']));
    }
  });

  it('(control: look, then write, gives it to many)', async () => {
    const ids = await people();
    await host.dataSource.query('CREATE TABLE naive (who varchar(40), subject varchar(40))');
    const allHaveLooked = meeting();
    await race(RACERS, async (index) => {
      const taken = (await host.dataSource.query("SELECT * FROM naive WHERE subject = 's'")) as unknown[];
      await allHaveLooked();
      if (taken.length === 0) await host.dataSource.query(`INSERT INTO naive VALUES ('${ids[index] ?? ''}', 's')`);
    });
    expect(((await host.dataSource.query('SELECT * FROM naive')) as unknown[]).length).toBeGreaterThan(1);
  });

  it('[2.13] first sign-ins of one person make one account, and all are signed in to it', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const who = { provider: 'google', subject: `n${round}`, email: `n${round}@example.org`, emailVerified: true };
      const results = winners(await race(RACERS, () => host.users.signInBySocial(who)));
      expect(results).toHaveLength(RACERS);
      expect(new Set(results.map(({ user }) => user.id)).size).toBe(1);
      expect(results.filter(({ outcome }) => outcome === 'registered')).toHaveLength(1);
      expect(await host.users.count({})).toBe(round + 1);
    }
  });

  it('[2.13] unlink the two ways in of who has no password: one of them stays', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { id } = await host.users.create({ username: `two${round}` });
      for (const provider of ['google', 'github'])
        await host.users.linkSocial(id, { provider, subject: `${provider}${round}` }, { allowUnproven: true });
      const results = await race(RACERS, (index) => host.users.unlinkSocial(id, index % 2 === 0 ? 'google' : 'github'));
      expect(winners(results).filter(Boolean)).toHaveLength(1);
      expect(await host.users.listSocial(id)).toHaveLength(1);
    }
  });
});
