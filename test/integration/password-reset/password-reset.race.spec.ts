import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidTokenError, PasswordReset } from 'nestjs-users';
import { Equal } from 'typeorm';
import { OneTimeTokenRow } from '../../../lib/one-time-tokens/one-time-token.entity.js';
import { OneTimeTokens } from '../../../lib/one-time-tokens/one-time-tokens.service.js';
import { Database } from '../../../lib/persistence/database.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { losses, race, winners } from '../../support/race.js';

const ROUNDS = 8;

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
  it('are one winner, whose password it is, one event and one mail [B-20] [W4]', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const token = await issue();
      const events: PasswordReset[] = [];
      const off = host.events.on(PasswordReset, (event) => events.push(event));
      host.inbox.notifications.length = 0;
      const results = await race(16, (racer) => host.resets.reset(token, passwordOf(round, racer)));
      await host.settled();
      off();
      expect(winners(results)).toHaveLength(1);
      expect(new Set(losses(results))).toEqual(new Set([InvalidTokenError.name]));
      const good = await Promise.all(results.map((_, racer) => host.users.verifyCredentials('ann', passwordOf(round, racer))));
      expect(good.map((user) => user !== null)).toEqual(results.map(({ status }) => status === 'fulfilled'));
      expect([events.length, host.inbox.notifications.length]).toEqual([1, 1]);
    }
  }, 60_000);

  it('are many winners where one looks first and then writes (the control) [B-20]', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(OneTimeTokenRow));
    const token = await issue();
    const results = await race(16, async () => {
      const row = await tokens.require(database, token, 'reset-password');
      if (row.consumedAt !== null) throw new InvalidTokenError();
      await rows.update({ id: Equal(row.id) }, { consumedAt: host.clock.now() });
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });
});

describe('16 who ask at once', () => {
  it('leave one living token [B-02]', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const issued = await race(16, issue);
      const living = await Promise.all(winners(issued).map((token) => host.resets.resolve(token)));
      expect(winners(issued)).toHaveLength(16);
      expect(living.filter((owner) => owner !== null)).toHaveLength(1);
    }
  }, 60_000);
});

describe('a reset beside a deactivation', () => {
  it('leaves nobody signed in and no token [B-12]', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const token = await issue();
      await race<unknown>(16, (racer) =>
        racer === 5 ? host.users.deactivate(userId) : racer % 2 === 0 ? host.resets.reset(token, passwordOf(round, racer)) : issue(),
      );
      expect((await host.sessions.list({ userId })).items).toEqual([]);
      expect(await host.resets.resolve(token)).toBeNull();
      expect(await host.users.verifyCredentials('ann', PASSWORD)).toBeNull();
      await host.users.activate(userId);
    }
  }, 60_000);
});
