import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidTokenError, UserActivated } from 'nestjs-users';
import { Equal } from 'typeorm';
import { OneTimeTokenRow } from '../../../lib/one-time-tokens/one-time-token.entity.js';
import { OneTimeTokens } from '../../../lib/one-time-tokens/one-time-tokens.service.js';
import { Database } from '../../../lib/persistence/database.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { LONG, losses, meeting, race, RACERS, ROUNDS, winners } from '../../support/race.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS, registration: { firstUserIsAdmin: true } });
});
afterEach(() => host.close());

/** Somebody who has registered: what he was mailed. */
async function linkOf(name: string): Promise<string> {
  await host.users.register({ username: name, email: `${name}@example.org`, password: PASSWORD });
  await host.settled();
  return host.inbox.last('confirm-email', `${name}@example.org`).token;
}

/** As on the first day: nobody, and no administrator ever. */
async function beginAnew(): Promise<void> {
  for (const table of ['auth_users', 'auth_state', 'auth_attempts']) await host.dataSource.query(`DELETE FROM ${table}`);
  host.inbox.clear();
}

describe('sixteen at once', () => {
  it(
    '[W8] [B-24] who register one user name in different spellings make one user',
    async () => {
      const spellings = (name: string): string[] => [name, name.toUpperCase(), ` ${name} `, name.replace('r', 'ｒ')];
      for (let round = 0; round < ROUNDS; round += 1) {
        const names = spellings(`racer${round}`);
        const results = await race(RACERS, (index) =>
          host.users.register({ username: names[index % names.length] ?? '', password: PASSWORD }, VISITOR),
        );
        expect(winners(results)).toHaveLength(1);
        expect(new Set(losses(results))).toEqual(new Set(['UsernameTakenError']));
      }
      expect(await host.users.count()).toBe(ROUNDS);
    },
    LONG,
  );

  it('[W8] who look for the name first and register it then would make many (control)', async () => {
    const allHaveLooked = meeting();
    // Without the unique index that decides.
    await host.dataSource.query('CREATE TABLE naive (name varchar(40))');
    const naive = async (name: string): Promise<void> => {
      const taken = (await host.dataSource.query(`SELECT * FROM naive WHERE name = '${name}'`)) as unknown[];
      await allHaveLooked();
      if (taken.length > 0) throw new Error('taken');
      await host.dataSource.query(`INSERT INTO naive VALUES ('${name}')`);
    };
    expect(winners(await race(RACERS, () => naive('ann'))).length).toBeGreaterThan(1);
  });

  it(
    '[B-24] who register one address all get the quiet answer',
    async () => {
      const spellings = ['bob@example.org', 'BOB@example.org', ' bob@EXAMPLE.org ', 'bob@ｅxample.org'];
      for (let round = 0; round < ROUNDS; round += 1) {
        const results = await race(RACERS, (index) =>
          host.users.register(
            { username: `r${round}n${index}`, email: `${round}${spellings[index % 4]?.trim()}`, password: PASSWORD },
            VISITOR,
          ),
        );
        expect(losses(results)).toEqual([]);
        expect(new Set(winners(results).map((answer) => JSON.stringify(answer))).size).toBe(1);
      }
    },
    LONG,
  );

  it(
    '[B-21] [B-24] who confirm one address by links of their own: one gets it',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const address = `shared${round}@example.org`;
        for (let index = 0; index < RACERS; index += 1)
          await host.users.register({ username: `r${round}n${index}`, email: address, password: PASSWORD });
        await host.settled();
        const tokens = host.inbox.to(address).flatMap((mail) => (mail.kind === 'confirm-email' ? [mail.token] : []));
        expect(tokens).toHaveLength(RACERS);
        const results = await race(RACERS, (index) => host.users.confirmEmail(tokens[index] ?? ''));
        expect(winners(results)).toHaveLength(1);
        expect(new Set(losses(results))).toEqual(new Set(['InvalidTokenError']));
        expect((await host.users.findOrFail({ email: address })).id).toBe(winners(results)[0]?.id);
      }
    },
    LONG,
  );

  it(
    '[B-21] who use one link are one user, activated once',
    async () => {
      const activated: string[] = [];
      host.events.on(UserActivated, ({ userId }) => activated.push(userId));
      for (let round = 0; round < ROUNDS; round += 1) {
        const token = await linkOf(`bob${round}`);
        const results = await race(RACERS, () => host.users.confirmEmail(token));
        expect(losses(results)).toEqual([]);
        const [id, another] = new Set(winners(results).map((user) => user.id));
        expect([another, activated.splice(0)]).toEqual([undefined, [id]]);
      }
    },
    LONG,
  );

  it('[B-21] who look at one link first and then write would activate many times (control)', async () => {
    const [tokens, database] = [host.app.get(OneTimeTokens), host.app.get(Database)];
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(OneTimeTokenRow));
    const token = await linkOf('bob');
    const allHaveLooked = meeting();
    const results = await race(RACERS, async () => {
      const row = await tokens.require(database, token, 'confirm-email');
      await allHaveLooked();
      if (row.consumedAt !== null) throw new InvalidTokenError();
      await rows.update({ id: Equal(row.id) }, { consumedAt: host.clock.now() });
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });

  it(
    '[B-22] [1.4] who are the first users make one administrator, by name and by link alike',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const links = await Promise.all(Array.from({ length: RACERS / 2 }, (_, index) => linkOf(`u${index}`)));
        const results = await race<unknown>(RACERS, (index) =>
          index % 2 === 0
            ? host.users.confirmEmail(links[index / 2] ?? '')
            : host.users.register({ username: `n${index}`, password: PASSWORD }),
        );
        expect(losses(results)).toEqual([]);
        expect(await host.users.count({ isAdmin: true })).toBe(1);
        expect(await host.users.count({ status: 'active' })).toBe(RACERS);
        await beginAnew();
      }
    },
    LONG,
  );

  it(
    '[B-22] [1.4] who bootstrap make one administrator and no other user',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const results = await race(RACERS, (index) => host.users.bootstrap({ username: `u${index}` }));
        expect(winners(results)).toHaveLength(1);
        expect(new Set(losses(results))).toEqual(new Set(['RegistrationClosedError']));
        expect(await host.users.count()).toBe(1);
        await beginAnew();
      }
    },
    LONG,
  );

  it('[B-22] who count the users before they insert one would make many administrators (control)', async () => {
    const results = await race(RACERS, async (index) => {
      const isAdmin = (await host.users.count()) === 0;
      return host.users.create({ username: `u${index}`, isAdmin });
    });
    expect(winners(results).filter(({ isAdmin }) => isAdmin).length).toBeGreaterThan(1);
  });
});
