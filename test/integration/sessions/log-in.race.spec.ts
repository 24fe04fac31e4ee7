import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidCredentialsError, type RequestSource, TooManyRequestsError } from 'nestjs-users';
import { Passwords } from '../../../lib/passwords/passwords.service.js';
import { Database } from '../../../lib/persistence/database.js';
import { RateLimiter } from '../../../lib/rate-limits/rate-limiter.js';
import { SessionStore } from '../../../lib/sessions/session.store.js';
import { SignInRule } from '../../../lib/users/sign-in-rule.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { LONG, losses, meeting, race, RACERS, ROUNDS, winners } from '../../support/race.js';

const NEXT = 'another good password';

let host: HostApp;
let userId: string;
const start = async (options: HostOptions = { limits: NO_LIMITS }): Promise<void> => {
  host = await HostApp.start(options);
  userId = (await host.user('ann')).id;
};
afterEach(() => host.close());

const login = (password = PASSWORD, from?: RequestSource): Promise<unknown> => host.sessions.login({ login: 'ann', password }, from);
const living = async (): Promise<number> => (await host.sessions.list({ userId, state: 'live', limit: 200 })).items.length;

/** Lets a log-in come as far as its hash, does `meanwhile`, and lets it go on. */
async function lateLogin(meanwhile: () => Promise<unknown>): Promise<unknown> {
  const verify = host.hasher.verify.bind(host.hasher);
  let goOn = (): void => undefined;
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const reached = new Promise<void>((resolve) => {
    host.hasher.verify = async (...given) => {
      const answer = await verify(...given);
      resolve();
      await held;
      return answer;
    };
  });
  const late = login().then(
    () => 'opened',
    (error: unknown) => error,
  );
  await reached;
  host.hasher.verify = verify;
  await meanwhile();
  goOn();
  return late;
}

const INTERVENTIONS = {
  'a new password by an administrator': () => host.users.setPassword(userId, NEXT),
  'a change of the password': () => host.users.changePassword(userId, { oldPassword: PASSWORD, newPassword: NEXT }),
  'a reset': async () => host.resets.reset((await host.resets.issue(userId)).token, NEXT),
  'a ban': () => host.users.ban(userId, { reason: 'spam' }),
  'a deactivation': () => host.users.deactivate(userId),
  'a deletion': () => host.users.delete(userId),
} as const;

describe('a log-in that was on its way', () => {
  it.each(Object.entries(INTERVENTIONS))('opens nothing after %s [W6] [B-30]', async (_, meanwhile) => {
    await start();
    expect(await lateLogin(meanwhile)).toBeInstanceOf(InvalidCredentialsError);
    expect(await living()).toBe(0);
  });

  it.each(['a new password by an administrator', 'a deactivation'] as const)(
    'opens a session if it does not look again behind the lock (the control): %s',
    async (name) => {
      await start();
      jest.spyOn(host.app.get(Passwords), 'isCurrent').mockResolvedValue(true);
      jest.spyOn(host.app.get(SignInRule), 'allows').mockReturnValue(true);
      expect(await lateLogin(INTERVENTIONS[name])).toBe('opened');
      expect(await living()).toBe(1);
    },
  );

  it(
    'never survives what ends all sessions, 15 log-ins at once beside it [W6]',
    async () => {
      await start();
      for (let round = 0; round < ROUNDS; round += 1) {
        await race(RACERS, async (index) => {
          await new Promise((resolve) => setTimeout(resolve, index % 5));
          return index === 8 ? host.users.setPassword(userId, `${NEXT} ${round}`) : login();
        });
        expect(await living()).toBe(0);
        await host.users.setPassword(userId, PASSWORD);
        await race(RACERS, async (index) => {
          await new Promise((resolve) => setTimeout(resolve, index % 5));
          return index === 8 ? host.users.deactivate(userId) : login();
        });
        expect(await living()).toBe(0);
        await host.users.activate(userId);
      }
    },
    LONG,
  );
});

describe('sessions.max under 16 log-ins at once', () => {
  it.each(['end-oldest', 'refuse'] as const)(
    'is never exceeded [B-28]: %s',
    async (whenFull) => {
      await start({ limits: NO_LIMITS, sessions: { max: 3, whenFull } });
      for (let round = 0; round < ROUNDS; round += 1) {
        const results = await race(RACERS, () => login());
        expect(await living()).toBe(3);
        expect(winners(results)).toHaveLength(whenFull === 'refuse' ? 3 : RACERS);
        await host.sessions.endAll({ userId });
      }
    },
    LONG,
  );

  it('is exceeded by who counts and then inserts (the control) [B-28]', async () => {
    await start();
    const [store, database] = [host.app.get(SessionStore), host.app.get(Database)];
    await login();
    const row = await store.findById(database, (await host.sessions.list()).items[0]?.id ?? '');
    const allHaveCounted = meeting();
    await race(RACERS, async (index) => {
      const surplus = await store.findBeyond(database, userId, 2);
      await allHaveCounted();
      if (surplus.length > 0) await store.deleteIds(database, surplus);
      await store.insert(database, { ...row!, id: row!.id.slice(0, -2) + (16 + index).toString(16).padStart(2, '0') });
    });
    expect(await living()).toBeGreaterThan(3);
  });
});

describe('a burst of 40 passwords', () => {
  it('reaches the hasher at most five times, however they are released [B-25] [W11]', async () => {
    await start({});
    const results = await race(40, () => login('wrong horse battery', VISITOR));
    expect(host.hasher.operations - 1).toBeLessThanOrEqual(5);
    expect(losses(results).filter((name) => name === TooManyRequestsError.name).length).toBeGreaterThanOrEqual(35);
  });

  it('lets the right one in only within the budget [B-26]', async () => {
    for (let round = 0; round < 3; round += 1) {
      await start({});
      const before = host.hasher.operations;
      const results = await race(40, (index) => login(index === 20 ? PASSWORD : 'wrong horse battery', VISITOR));
      expect(host.hasher.operations - before).toBeLessThanOrEqual(10);
      expect(winners(results).length).toBeLessThanOrEqual(1);
      if (round < 2) await host.close();
    }
  });

  it('reaches it far more often where the count comes after the look (the control) [B-25]', async () => {
    await start({});
    const limiter = host.app.get(RateLimiter);
    const spend = limiter.spend.bind(limiter);
    const late: (() => Promise<void>)[] = [];
    jest.spyOn(limiter, 'spend').mockImplementation(async (budget, who) => {
      if (await limiter.isSpent(budget, who)) throw new TooManyRequestsError(1);
      late.push(() => spend(budget, who));
    });
    const before = host.hasher.operations;
    await race(40, () => login('wrong horse battery', VISITOR));
    expect(host.hasher.operations - before).toBeGreaterThan(5);
    // Counted after all, too late for all of them.
    expect(losses(await race(late.length, (index) => late[index]!()))).toContain(TooManyRequestsError.name);
  });
});
