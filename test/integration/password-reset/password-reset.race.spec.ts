import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidTokenError, PasswordReset } from 'nestjs-users';
import { Equal } from 'typeorm';
import { OneTimeTokenRow } from '../../../lib/one-time-tokens/one-time-token.entity.js';
import { OneTimeTokens } from '../../../lib/one-time-tokens/one-time-tokens.service.js';
import { Database } from '../../../lib/persistence/database.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { LONG, losses, meeting, race, RACERS, ROUNDS, winners } from '../../support/race.js';

let host: HostApp;
let userId: string;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
  userId = (await host.user('ann')).id;
});
afterEach(() => host.close());

const issue = async (): Promise<string> => (await host.resets.issue(userId)).token;
const passwordOf = (round: number, racer: number): string => `good password ${round} of racer ${racer}`;

describe('16 who use one token at once', () => {
  it(
    'are one winner, whose password it is, one event and one mail [B-20] [W4]',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const token = await issue();
        const events: PasswordReset[] = [];
        const off = host.events.on(PasswordReset, (event) => events.push(event));
        host.inbox.notifications.length = 0;
        const results = await race(RACERS, (racer) => host.resets.reset(token, passwordOf(round, racer)));
        await host.settled();
        off();
        expect(winners(results)).toHaveLength(1);
        expect(new Set(losses(results))).toEqual(new Set([InvalidTokenError.name]));
        const good = await Promise.all(results.map((_, racer) => host.users.verifyCredentials('ann', passwordOf(round, racer))));
        expect(good.map((user) => user !== null)).toEqual(results.map(({ status }) => status === 'fulfilled'));
        expect([events.length, host.inbox.notifications.length]).toEqual([1, 1]);
      }
    },
    LONG,
  );

  it('are many winners where one looks first and then writes (the control) [B-20]', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(OneTimeTokenRow));
    const token = await issue();
    const allHaveLooked = meeting();
    const results = await race(RACERS, async () => {
      const row = await tokens.require(database, token, 'reset-password');
      await allHaveLooked();
      if (row.consumedAt !== null) throw new InvalidTokenError();
      await rows.update({ id: Equal(row.id) }, { consumedAt: host.clock.now() });
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });
});

describe('16 who ask for a link at once', () => {
  it(
    'leave one living token [B-02]',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const issued = await race(RACERS, issue);
        const living = await Promise.all(winners(issued).map((token) => host.resets.resolve(token)));
        expect(winners(issued)).toHaveLength(RACERS);
        expect(living.filter((owner) => owner !== null)).toHaveLength(1);
      }
    },
    LONG,
  );

  it('fail, or leave several, where one looks for the earlier link and then writes (the control) [B-02]', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(OneTimeTokenRow));
    await issue();
    const [row] = await rows.find();
    const allHaveLooked = meeting();
    const results = await race(RACERS, async (racer) => {
      await tokens.voidAll(database, userId, ['reset-password']);
      await allHaveLooked();
      await rows.insert({ ...row!, data: null, id: `${row!.id.slice(0, -2)}${(16 + racer).toString(16)}` });
    });
    expect(losses(results)).toContain('QueryFailedError');
  });
});

describe('a reset beside a deactivation', () => {
  it(
    'leaves nobody signed in and no token, also for the day on which he is let in again [B-12]',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const token = await issue();
        const issued = [token];
        await race<unknown>(RACERS, (racer) =>
          racer === 5
            ? host.users.deactivate(userId)
            : racer % 2 === 0
              ? host.resets.reset(token, passwordOf(round, racer))
              : issue().then((one) => issued.push(one)),
        );
        expect((await host.sessions.list({ userId })).items).toEqual([]);
        expect(await host.users.verifyCredentials('ann', PASSWORD)).toBeNull();
        await host.users.activate(userId);
        for (const one of issued) expect(await host.resets.resolve(one)).toBeNull();
      }
    },
    LONG,
  );

  it('leaves a link that works again later where one looks at the user and then issues it (the control) [B-12]', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const [allHaveLooked, heIsGone] = [meeting(), meeting()];
    const results = await race(RACERS, async (racer) => {
      if (racer === 5) {
        await allHaveLooked();
        await host.users.deactivate(userId);
        return heIsGone().then(() => null);
      }
      const { status } = await host.users.findOrFail(userId);
      await allHaveLooked();
      await heIsGone();
      if (status !== 'active') throw new InvalidTokenError();
      return tokens.issue(database, { userId, purpose: 'reset-password', sentTo: null, lifetime: 60_000 });
    });
    await host.users.activate(userId);
    const owners = await Promise.all(winners(results).map(async (issued) => (issued === null ? null : host.resets.resolve(issued.token))));
    expect(owners).toContain(userId);
  });
});
