import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Duration,
  InvalidCredentialsError,
  InvalidInputError,
  InvalidTokenError,
  NotFoundError,
  PasswordReset,
  TooManyRequestsError,
  WeakPasswordError,
} from 'nestjs-users';
import { RateLimiter } from '../../../lib/rate-limits/rate-limiter.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { VISITOR } from '../../support/limits.js';
import { Statements } from '../../support/statements.js';

const NEXT = 'another good password';

let host: HostApp;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start(options);
  await host.user('ann');
};
const ann = { username: 'ann' };
const issue = async (): Promise<string> => (await host.resets.issue(ann)).token;
const ask = async (who: Parameters<HostApp['resets']['request']>[0] = 'ann'): Promise<void> => {
  await host.resets.request(who, VISITOR);
  await host.settled();
};
const isPassword = async (password: string, login = 'ann'): Promise<boolean> =>
  (await host.users.verifyCredentials(login, password)) !== null;
afterEach(() => host.close());

describe('asking for a link', () => {
  beforeEach(() => start());

  it('[3.6] mails one to the stored address, never to the one that was typed [B-86]', async () => {
    await ask('ann@EXAMPLE.org');
    await ask({ email: 'ann@ex\u0430mple.org' });
    expect(host.inbox.notifications.map(({ kind, to }) => [kind, to])).toEqual([['reset-password', 'ann@example.org']]);
    const { token, expiresAt } = host.inbox.last('reset-password', 'ann@example.org');
    expect(expiresAt).toEqual(new Date(host.clock.now().getTime() + 3_600_000));
    await host.resets.reset(token, NEXT);
    expect(await isPassword(NEXT)).toBe(true);
  });

  it('[3.6] answers nothing, also when the mail fails [B-09]', async () => {
    host.inbox.notify = () => Promise.reject(new Error('no mail today'));
    expect(await host.resets.request('ann', VISITOR)).toBeUndefined();
    await host.settled();
  });

  it('[3.6] mails twice in half an hour, then keeps quiet, and the last link stays good', async () => {
    for (let requests = 0; requests < 5; requests += 1) await ask();
    expect(host.inbox.kinds('ann@example.org')).toEqual(['reset-password', 'reset-password']);
    expect(await host.resets.resolve(host.inbox.last('reset-password', 'ann@example.org').token)).not.toBeNull();
    host.clock.advance('30m');
    await ask();
    expect(host.inbox.kinds('ann@example.org')).toHaveLength(3);
  });

  it('[3.7] can be foreseen without counting', async () => {
    for (let looks = 0; looks < 5; looks += 1) expect(await host.resets.isAvailable(ann)).toBe(true);
    for (let requests = 0; requests < 2; requests += 1) await ask();
    expect(await host.resets.isAvailable(ann)).toBe(false);
    expect(await host.resets.isAvailable({ username: 'nobody' })).toBe(false);
    await host.users.deactivate(ann);
    host.clock.advance('1h');
    expect(await host.resets.isAvailable(ann)).toBe(false);
  });

  it('[3.6] is limited for an address that asks', async () => {
    for (let requests = 0; requests < 60; requests += 1) await host.resets.request(`name${requests}`, VISITOR);
    await expect(host.resets.request('ann', VISITOR)).rejects.toThrow(TooManyRequestsError);
  });

  it.each([
    undefined,
    null,
    {},
    [],
    { login: '' },
    { login: 7 },
    { login: { $ne: '' } },
    { login: 'a\0b' },
    { login: 'x'.repeat(321) },
    '',
  ])('[3.6] takes a name, not %j [B-06]', async (who) => {
    await expect(host.resets.request(who as never, VISITOR)).rejects.toThrow(InvalidInputError);
  });

  it('does not mail to an address that the user leaves at that moment [B-12] [B-29]', async () => {
    const limiter = host.app.get(RateLimiter);
    const trySpend = limiter.trySpend.bind(limiter);
    limiter.trySpend = async (...spent) => {
      await host.users.update(ann, { email: 'new@example.org' });
      return trySpend(...spent);
    };
    await ask();
    expect(host.inbox.to('ann@example.org')).toEqual([]);
    expect(host.inbox.kinds('new@example.org')).toEqual(['reset-password']);
  });
});

describe('a token of a trusted caller', () => {
  beforeEach(() => start());

  it('[3.8] lives as long as he says, up to a day', async () => {
    const { token, expiresAt } = await host.resets.issue(ann, { lifetime: '10m' });
    expect(expiresAt).toEqual(new Date(host.clock.now().getTime() + 600_000));
    expect(host.inbox.notifications).toEqual([]);
    await host.resets.reset(token, NEXT);
    for (const lifetime of ['25h', '0s', 600, 'soon'] as Duration[])
      await expect(host.resets.issue(ann, { lifetime })).rejects.toThrow(InvalidInputError);
  });

  it('[3.8] is for active users only', async () => {
    await host.users.deactivate(ann);
    await expect(issue()).rejects.toThrow(NotFoundError);
    await expect(host.resets.issue({ username: 'nobody' })).rejects.toThrow(NotFoundError);
  });

  it('[3.9] says whose it is, as often as one asks, by the rules under which it would be used [W15]', async () => {
    const { id } = await host.users.findOrFail(ann);
    const token = await issue();
    for (let looks = 0; looks < 3; looks += 1) expect(await host.resets.resolve(token)).toBe(id);
    for (const wrong of ['', 'abc', `${token}x`, null, {}]) expect(await host.resets.resolve(wrong as string)).toBeNull();
    await host.resets.reset(token, NEXT);
    expect(await host.resets.resolve(token)).toBeNull();
  });
});

describe('a reset', () => {
  beforeEach(() => start());

  it('[3.10] sets the password and ends every session [W6] [W4]', async () => {
    const sessions = [await host.sessions.login({ login: 'ann', password: PASSWORD }), await host.sessions.open(ann)];
    const user = await host.resets.reset(await issue(), NEXT, {}, VISITOR);
    await host.settled();
    expect(user.username).toBe('ann');
    for (const { token } of sessions) expect((await host.sessions.check(token)).status).toBe('not_found');
    expect([await isPassword(PASSWORD), await isPassword(NEXT)]).toEqual([false, true]);
    expect(host.inbox.kinds('ann@example.org')).toEqual(['password-changed']);
  });

  it('[3.10] opens no session by itself', async () => {
    await host.resets.reset(await issue(), NEXT);
    expect((await host.sessions.list()).items).toEqual([]);
  });

  it('[3.10] works once; the password is the first one [B-01] [W4]', async () => {
    const token = await issue();
    await host.resets.reset(token, NEXT);
    await expect(host.resets.reset(token, 'a third good password')).rejects.toThrow(InvalidTokenError);
    expect(await isPassword(NEXT)).toBe(true);
  });

  it('[3.11] works with the newest token only, before and after [B-02] [W4]', async () => {
    const [first, second] = [await issue(), await issue()];
    await expect(host.resets.reset(first, NEXT)).rejects.toThrow(InvalidTokenError);
    await host.resets.reset(second, NEXT);
    await expect(host.resets.reset(first, 'a third good password')).rejects.toThrow(InvalidTokenError);
  });

  it('[3.11] does not work once all tokens are void', async () => {
    const token = await issue();
    expect(await host.resets.voidAll(ann)).toBe(1);
    expect([await host.resets.voidAll(ann), await host.resets.voidAll({ username: 'nobody' })]).toEqual([0, 0]);
    await expect(host.resets.reset(token, NEXT)).rejects.toThrow(InvalidTokenError);
  });

  it("[3.10] takes nobody else's token, not an administrator's either [W2]", async () => {
    await host.user('root', { isAdmin: true });
    const token = await issue();
    await expect(host.resets.reset(token, NEXT, { user: { username: 'root' } })).rejects.toThrow(InvalidTokenError);
    await expect(host.resets.reset(token, NEXT, { user: { username: 'nobody' } })).rejects.toThrow(InvalidTokenError);
    expect(await isPassword(PASSWORD, 'root')).toBe(true);
    await host.resets.reset(token, NEXT, { user: ann });
    expect(await isPassword(PASSWORD, 'root')).toBe(true);
    expect(await isPassword(NEXT)).toBe(true);
  });

  it('[3.10] with a weak or a mistyped password does not use the token up', async () => {
    const token = await issue();
    await expect(host.resets.reset(token, 'short')).rejects.toThrow(WeakPasswordError);
    await expect(host.resets.reset(token, 'password1')).rejects.toThrow(WeakPasswordError);
    await expect(host.resets.reset(token, NEXT, { verifyPassword: `${NEXT}!` })).rejects.toThrow(InvalidInputError);
    await expect(host.resets.reset(token, undefined as never)).rejects.toThrow(InvalidInputError);
    await host.resets.reset(token, NEXT, { verifyPassword: NEXT });
  });

  it.each([{}, { $gt: '' }, { $ne: null }, [], ['a'], true, 0, null, undefined, ''])(
    'takes no token %j, and asks no database [B-04] [B-05]',
    async (token) => {
      await issue();
      const statements = Statements.of(host.dataSource);
      await expect(host.resets.reset(token as never, NEXT, {}, VISITOR)).rejects.toThrow(InvalidInputError);
      expect(statements.texts).toEqual([]);
      expect(await isPassword(PASSWORD)).toBe(true);
    },
  );

  it('takes no token but a whole one, at the cost of no hash [B-05] [B-10]', async () => {
    const token = await issue();
    const { id } = await host.users.findOrFail(ann);
    const session = await host.sessions.open(ann);
    const cost = await host.hasher.costOf(async () => {
      for (const wrong of [
        ' ',
        'null',
        id,
        token.slice(0, 36),
        `${token} `,
        token.toUpperCase(),
        session.token,
        token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      ]) {
        await expect(host.resets.reset(wrong, NEXT, {}, VISITOR)).rejects.toThrow(InvalidTokenError);
      }
    });
    expect(cost).toBe(0);
    await host.resets.reset(token, NEXT);
  });

  it('works until the last millisecond of its hour; a clock set back revives no used token [B-13] [B-141] [W10]', async () => {
    const [late, used] = [await issue(), await host.resets.issue(await host.user('bob').then(({ id }) => id))];
    await host.resets.reset(used.token, NEXT);
    host.clock.advance('59m');
    expect(await host.resets.resolve(late)).not.toBeNull();
    host.clock.advance('60s');
    await expect(host.resets.reset(late, NEXT)).rejects.toThrow(InvalidTokenError);
    host.clock.turnBack('30m');
    await expect(host.resets.reset(used.token, 'a third good password')).rejects.toThrow(InvalidTokenError);
    host.clock.advance('29.999s');
    host.clock.advance('29m');
    host.clock.advance('30s');
    await host.resets.reset(late, NEXT);
  });

  it.each([
    ['a change of the password', () => host.users.changePassword(ann, { oldPassword: PASSWORD, newPassword: NEXT })],
    ['a password of an administrator', () => host.users.setPassword(ann, NEXT)],
    ['another address', () => host.users.update(ann, { email: 'new@example.org' })],
    ['a deactivation', () => host.users.deactivate(ann)],
    ['a deactivation that was taken back', async () => [await host.users.deactivate(ann), await host.users.activate(ann)]],
    ['a deletion', () => host.users.delete(ann)],
  ])('does not work after %s [B-12]', async (_, act) => {
    const token = await issue();
    await act();
    expect(await host.resets.resolve(token)).toBeNull();
    await expect(host.resets.reset(token, 'a third good password')).rejects.toThrow(InvalidTokenError);
  });

  it('lets in whom a stranger has locked out by guessing [B-54]', async () => {
    for (let tries = 0; tries < 50; tries += 1) {
      await host.sessions
        .login({ login: 'ann', password: 'wrong horse battery' }, { ip: `203.0.113.${tries}`, userAgent: null })
        .catch(() => undefined);
    }
    await expect(host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR)).rejects.toThrow(TooManyRequestsError);
    await host.resets.reset(await issue(), NEXT, {}, VISITOR);
    await host.settled();
    await host.sessions.login({ login: 'ann', password: NEXT }, VISITOR);
  });

  it('confirms the address to which the link went, and no other', async () => {
    await host.users.create({ username: 'carl', email: 'carl@example.org', password: PASSWORD });
    const user = await host.resets.reset((await host.resets.issue({ username: 'carl' })).token, NEXT);
    expect(user.emailConfirmedAt).toEqual(host.clock.now());
  });

  it('tells who listens, and a veto undoes all of it', async () => {
    const off = host.events.on(
      PasswordReset,
      () => {
        throw new Error('no');
      },
      { inTransaction: true },
    );
    const [token, session] = [await issue(), await host.sessions.open(ann)];
    await expect(host.resets.reset(token, NEXT)).rejects.toThrow('no');
    expect(await isPassword(PASSWORD)).toBe(true);
    expect((await host.sessions.check(session.token)).status).toBe('ok');
    off();
    await host.resets.reset(token, NEXT);
  });

  it('is limited for an address that tries', async () => {
    const wrong = `019a4780-0000-7000-8000-000000000000.${'A'.repeat(43)}`;
    for (let tries = 0; tries < 60; tries += 1)
      await expect(host.resets.reset(wrong, NEXT, {}, VISITOR)).rejects.toThrow(InvalidTokenError);
    await expect(host.resets.reset(await issue(), NEXT, {}, VISITOR)).rejects.toThrow(TooManyRequestsError);
    await expect(host.sessions.login({ login: 'ann', password: NEXT }, VISITOR)).rejects.toThrow(InvalidCredentialsError);
  });
});
