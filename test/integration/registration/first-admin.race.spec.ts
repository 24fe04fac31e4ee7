import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FirstAdminLink } from '../../../lib/registration/first-admin-link.js';
import { linkIn } from '../../support/first-admin-link.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { LONG, losses, race, RACERS, winners } from '../../support/race.js';

/** Fewer than elsewhere: each needs a database as on its first day. */
const FIRST_DAYS = 12;
const BOSS = 'boss@example.org';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS, registration: { firstAdmin: BOSS, firstAdminLink: true } });
});
afterEach(() => host.close());

async function beginAnew(): Promise<void> {
  for (const table of ['auth_users', 'auth_state']) await host.dataSource.query(`DELETE FROM ${table}`);
  host.inbox.clear();
}

const admins = (): Promise<number> => host.users.count({ isAdmin: true });

describe('sixteen at once', () => {
  it(
    '[B-22] [1.4] who confirm the address, use links and bootstrap make one administrator',
    async () => {
      for (let round = 0; round < FIRST_DAYS; round += 1) {
        const links = [await linkIn(host), await linkIn(host)];
        await host.users.register({ username: 'boss', email: BOSS, password: PASSWORD }, VISITOR);
        await host.settled();
        const { token } = host.inbox.last('confirm-email', BOSS);
        const results = await race<unknown>(RACERS, (index) => {
          if (index % 4 === 0) return host.users.confirmEmail(token, VISITOR);
          if (index % 4 === 1) return host.users.bootstrap({ username: `b${index}` });
          return host.app.get(FirstAdminLink).use({ token: links[index % 2], username: `u${index}`, password: PASSWORD }, VISITOR);
        });
        // The link confirms in any case, again and again: of it four win, of the others at most one.
        expect(winners(results).length).toBeGreaterThanOrEqual(4);
        expect(winners(results).length).toBeLessThanOrEqual(5);
        expect(new Set(losses(results))).toEqual(new Set(['RegistrationClosedError']));
        expect(await admins()).toBe(1);
        await beginAnew();
      }
    },
    LONG,
  );

  it(
    '[B-22] [1.4] nodes that start: every link that they log is good, and all together make one administrator',
    async () => {
      for (let round = 0; round < FIRST_DAYS; round += 1) {
        await beginAnew();
        const tokens = winners(await race(RACERS, () => linkIn(host)));
        expect(tokens).toHaveLength(RACERS);
        const results = await race(RACERS, (index) =>
          host.app.get(FirstAdminLink).use({ token: tokens[index], username: `u${index}`, password: PASSWORD }, VISITOR),
        );
        expect(winners(results)).toHaveLength(1);
        expect(new Set(losses(results))).toEqual(new Set(['RegistrationClosedError']));
        expect(await admins()).toBe(1);
      }
    },
    LONG,
  );

  it('[B-22] who look for an administrator and then make one would make many (control)', async () => {
    await race(RACERS, async (index) => {
      const isAdmin = (await admins()) === 0;
      return host.users.create({ username: `u${index}`, isAdmin });
    });
    expect(await admins()).toBeGreaterThan(1);
  });
});
