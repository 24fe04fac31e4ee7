import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidTokenError } from 'nestjs-users';
import { Equal } from 'typeorm';
import { OneTimeTokenRow } from '../../../lib/one-time-tokens/one-time-token.entity.js';
import { OneTimeTokens } from '../../../lib/one-time-tokens/one-time-tokens.service.js';
import { Database } from '../../../lib/persistence/database.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { HostApp } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { LONG, losses, meeting, race, RACERS, winners } from '../../support/race.js';

const INVITATIONS = 10;

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
});
afterEach(() => host.close());

const tokenFor = async (email: string): Promise<string> => {
  await host.users.invite({ email });
  await host.settled();
  return host.inbox.last('invitation', email).token;
};

describe('16 who accept one invitation at once', () => {
  it(
    'are one winner, whose password it is [2.4] [B-21]',
    async () => {
      for (let round = 0; round < INVITATIONS; round += 1) {
        const email = `guest${round}@example.org`;
        const token = await tokenFor(email);
        const results = await race(RACERS, (racer) => host.users.acceptInvitation({ token, password: `good password of racer ${racer}` }));
        expect([winners(results).length, new Set(losses(results))]).toEqual([1, new Set([InvalidTokenError.name])]);
        const good = await Promise.all(results.map((_, racer) => host.users.verifyCredentials(email, `good password of racer ${racer}`)));
        expect(good.map((user) => user !== null)).toEqual(results.map(({ status }) => status === 'fulfilled'));
      }
    },
    LONG,
  );

  it('are many winners where one looks first and then writes (the control) [B-21]', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(OneTimeTokenRow));
    const token = await tokenFor('guest@example.org');
    const allHaveLooked = meeting();
    const results = await race(RACERS, async () => {
      const row = await tokens.require(database, token, 'invitation');
      await allHaveLooked();
      if (row.consumedAt !== null) throw new InvalidTokenError();
      await rows.update({ id: Equal(row.id) }, { consumedAt: host.clock.now() });
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });
});

describe('16 who invite one address at once', () => {
  it(
    'make one user and leave one good link [2.4]',
    async () => {
      for (let round = 0; round < INVITATIONS; round += 1) {
        const email = `guest${round}@example.org`;
        const results = await race(RACERS, () => host.users.invite({ email }));
        await host.settled();
        expect(new Set(winners(results).map(({ user }) => user.id)).size).toBe(1);
        expect([winners(results).length, await host.users.count()]).toEqual([RACERS, round + 1]);
        const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
        const sent = host.inbox.to(email).flatMap((mail) => ('token' in mail ? [mail.token] : []));
        const living = await Promise.allSettled(sent.map((token) => tokens.require(database, token, 'invitation')));
        expect([sent.length, winners(living).length]).toEqual([RACERS, 1]);
      }
    },
    LONG,
  );

  it('make many users where one looks for the earlier link and then writes (the control)', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const allHaveLooked = meeting();
    await race(RACERS, async (racer) => {
      const earlier = await tokens.findNewestSentTo(database, 'guest@example.org', 'invitation');
      await allHaveLooked();
      const { id } = earlier === null ? await host.users.create({ username: `guest${racer}` }) : { id: earlier.userId };
      await tokens.issue(database, { userId: id, purpose: 'invitation', sentTo: 'guest@example.org', lifetime: 60_000 });
    });
    expect(await host.users.count()).toBeGreaterThan(1);
  });
});
