import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { losses, race, winners } from '../../support/race.js';

const RACERS = 16;
const ROUNDS = 12;
/** A moment in which others run, as between two statements on a network. */
const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS, registration: { firstUserIsAdmin: true } });
});
afterEach(() => host.close());

describe('sixteen at once', () => {
  it('[W8] [B-24] who register one user name in different spellings make one user', async () => {
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
  }, 120_000);

  it('[W8] who look for the name first and register it then would make many (control)', async () => {
    const taken = new Set<string>();
    const naive = async (name: string): Promise<void> => {
      if (taken.has(name)) throw new Error('taken');
      await moment();
      taken.add(name);
    };
    expect(winners(await race(RACERS, () => naive('ann'))).length).toBeGreaterThan(1);
  });

  it('[B-24] who register one address all get the quiet answer', async () => {
    const spellings = ['bob@example.org', 'BOB@example.org', ' bob@EXAMPLE.org ', 'bob@ｅxample.org'];
    const results = await race(RACERS, (index) =>
      host.users.register({ username: `u${index}`, email: spellings[index % 4] ?? '', password: PASSWORD }, VISITOR),
    );
    expect(losses(results)).toEqual([]);
    expect(new Set(winners(results).map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('[B-21] [B-24] who confirm one address by links of their own: one gets it', async () => {
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
  }, 120_000);

  it('[B-21] who use one link are one user, activated once', async () => {
    await host.users.register({ username: 'bob', email: 'bob@example.org', password: PASSWORD });
    await host.settled();
    const { token } = host.inbox.last('confirm-email', 'bob@example.org');
    const results = await race(RACERS, () => host.users.confirmEmail(token));
    expect(losses(results)).toEqual([]);
    expect(new Set(winners(results).map(({ id }) => id)).size).toBe(1);
  });

  it('[B-22] [1.4] who are the first users make one administrator, by name and by link alike', async () => {
    for (let index = 0; index < RACERS; index += 2)
      await host.users.register({ username: `u${index}`, email: `u${index}@example.org`, password: PASSWORD });
    await host.settled();
    const results = await race<unknown>(RACERS, (index) =>
      index % 2 === 0
        ? host.users.confirmEmail(host.inbox.last('confirm-email', `u${index}@example.org`).token)
        : host.users.register({ username: `u${index}`, password: PASSWORD }),
    );
    expect(losses(results)).toEqual([]);
    expect(await host.users.count({ isAdmin: true })).toBe(1);
    expect(await host.users.count({ status: 'active' })).toBe(RACERS);
  });

  it('[B-22] [1.4] who bootstrap make one administrator and no other user', async () => {
    const results = await race(RACERS, (index) => host.users.bootstrap({ username: `u${index}` }));
    expect(winners(results)).toHaveLength(1);
    expect(new Set(losses(results))).toEqual(new Set(['RegistrationClosedError']));
    expect(await host.users.count()).toBe(1);
  });

  it('[B-22] who count the users before they insert one would make many administrators (control)', async () => {
    const results = await race(RACERS, async (index) => {
      const isAdmin = (await host.users.count()) === 0;
      return host.users.create({ username: `u${index}`, isAdmin });
    });
    expect(winners(results).filter(({ isAdmin }) => isAdmin).length).toBeGreaterThan(1);
  });
});
