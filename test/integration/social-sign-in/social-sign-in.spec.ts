import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  DomainEvent,
  InvalidCredentialsError,
  InvalidInputError,
  LoginFailed,
  RegistrationClosedError,
  type SocialSignInInput,
  SocialLinkRefusedError,
  TooManyRequestsError,
} from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const ADDRESS = 'ann@example.org';
const FROM = { ip: '198.51.100.7', userAgent: 'Mozilla/5.0' };
/** What Google would say of Ann. */
const ann = (more: Partial<SocialSignInInput> = {}): SocialSignInInput => ({
  ...{ provider: 'google', subject: '10769150350006150715113082367', email: ADDRESS, emailVerified: true, displayName: 'Ann Example' },
  ...more,
});

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start();
});
afterEach(() => host.close());

const names: string[] = [];
beforeEach(() => {
  names.length = 0;
  host.events.on(DomainEvent, ({ name }) => names.push(name));
});

describe('signInBySocial', () => {
  it('[2.13] makes an account of who is new: active, with the address that the provider verified, without a password', async () => {
    const { user, token, session, outcome } = await host.users.signInBySocial(ann(), FROM);
    expect(outcome).toBe('registered');
    expect(user).toMatchObject({ email: ADDRESS, displayName: 'Ann Example', status: 'active', username: null, isAdmin: false });
    expect(user.emailConfirmedAt).toEqual(host.clock.now());
    expect(session).toMatchObject({ userId: user.id, ip: FROM.ip, needs: [] });
    expect((await host.sessions.authenticate(token)).user.id).toBe(user.id);
    expect(await host.users.passwordStatus(user.id)).toBe('set');
    expect((await host.users.findBySocial('google', ann().subject))?.id).toBe(user.id);
    await host.settled();
    expect(names).toEqual([...['user.registered', 'user.email-confirmed', 'user.activated', 'social-identity.linked', 'session.opened']]);
    expect(host.inbox.notifications).toEqual([]);
  });

  it('[2.13] finds who came before, also when his address at the provider is another by now', async () => {
    const first = await host.users.signInBySocial(ann());
    host.clock.advance('1h');
    const again = await host.users.signInBySocial(ann({ email: 'moved@example.org', displayName: 'Somebody Else' }));
    expect([again.outcome, again.user.id]).toEqual(['known', first.user.id]);
    expect(again.user).toMatchObject({ email: ADDRESS, displayName: 'Ann Example', lastLoginAt: host.clock.now() });
    expect(await host.users.listSocial(first.user.id)).toEqual([
      { provider: 'google', subject: ann().subject, email: ADDRESS, linkedAt: first.session.createdAt, lastUsedAt: host.clock.now() },
    ]);
  });

  it('[2.13] links to the user who has confirmed the address that the provider verified, and tells him by mail', async () => {
    const user = await host.user('ann', { emailConfirmed: true });
    const signedIn = await host.users.signInBySocial(ann({ email: 'ANN@example.org' }), FROM);
    expect([signedIn.outcome, signedIn.user.id]).toEqual(['linked', user.id]);
    await host.settled();
    expect(host.inbox.last('sign-in-linked', ADDRESS)).toMatchObject({
      provider: 'google',
      from: { ip: FROM.ip },
      user: { username: 'ann' },
    });
    await host.sessions.login({ login: 'ann', password: PASSWORD });
  });

  it.each([
    ['the provider did not verify it', { emailVerified: false }, true, InvalidInputError],
    ['the provider says nothing of the kind', { emailVerified: undefined }, true, InvalidInputError],
    ['the user never confirmed it', {}, false, SocialLinkRefusedError],
  ])('[2.13] never links by an address where %s (pre-account takeover)', async (_why, more, emailConfirmed, expected) => {
    const user = await host.user('ann', { emailConfirmed });
    await expect(host.users.signInBySocial(ann(more))).rejects.toThrow(expected);
    expect(await host.users.listSocial(user.id)).toEqual([]);
    expect(await host.sessions.list({ userId: user.id })).toMatchObject({ items: [] });
  });

  it('[2.13] answers the same for an address that is not verified, whether an account has it or not', async () => {
    await host.user('ann', { emailConfirmed: true });
    const answers = await Promise.all(
      [ADDRESS, 'nobody@example.org'].map((email) =>
        host.users
          .signInBySocial(ann({ email, emailVerified: false }), FROM)
          .catch((error: unknown) => (error as InvalidInputError).getResponse()),
      ),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ fields: { username: ['USERS_REQUIRED'] } });
  });

  it('[2.13] keeps nothing of who registered with the address before and never confirmed it', async () => {
    await host.users.register({ username: 'mallory', email: ADDRESS, password: PASSWORD });
    await host.settled();
    const { user, outcome } = await host.users.signInBySocial(ann());
    expect([outcome, user.username]).toEqual(['registered', null]);
    const { token } = host.inbox.last('confirm-email', ADDRESS);
    await expect(host.users.confirmEmail(token)).rejects.toMatchObject({ code: 'USERS_INVALID_TOKEN' });
    await expect(host.sessions.login({ login: ADDRESS, password: PASSWORD })).rejects.toThrow(InvalidCredentialsError);
  });

  it('[2.13] takes a user name of who is new where the provider verified no address', async () => {
    const { user } = await host.users.signInBySocial(ann({ emailVerified: false, newUser: { username: 'annie' } }));
    expect(user).toMatchObject({ username: 'annie', email: null, emailConfirmedAt: null, status: 'active' });
    await expect(
      host.users.signInBySocial(ann({ subject: 'other', emailVerified: false, newUser: { username: 'annie' } })),
    ).rejects.toMatchObject({
      code: 'USERS_USERNAME_TAKEN',
    });
  });

  it.each(['ban', 'deactivate'] as const)(
    '[2.13] answers who was kept out by %s as a log-in does, and says so to listeners',
    async (act) => {
      const { user } = await host.users.signInBySocial(ann());
      const other = await host.user('bob', { emailConfirmed: true });
      for (const id of [user.id, other.id]) await host.users[act](id);
      const failed: (string | null)[] = [];
      host.events.on(LoginFailed, ({ userId }) => failed.push(userId));
      await expect(host.users.signInBySocial(ann(), FROM)).rejects.toThrow(InvalidCredentialsError);
      await expect(host.users.signInBySocial(ann({ subject: 'bob', email: 'bob@example.org' }))).rejects.toThrow(InvalidCredentialsError);
      expect(failed).toEqual([user.id, other.id]);
      expect(await host.users.listSocial(other.id)).toEqual([]);
    },
  );

  it('[2.13] opens a session that needs a new password where the user must choose one', async () => {
    const user = await host.user('ann', { emailConfirmed: true, mustChangePassword: true });
    expect((await host.users.signInBySocial(ann())).session.needs).toEqual(['new-password']);
    expect((await host.users.signInBySocial(ann())).session.userId).toBe(user.id);
  });

  it('[2.13] lets a service account in by nothing', async () => {
    const robot = await host.users.create({ username: 'robot', email: ADDRESS, emailConfirmed: true, isService: true });
    await expect(host.users.signInBySocial(ann())).rejects.toThrow(InvalidCredentialsError);
    await expect(host.users.linkSocial(robot.id, ann(), { allowUnproven: true })).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
  });

  it('[2.13] takes what the provider calls itself as it is, and nothing of another form', async () => {
    const bad: [string, unknown][] = [
      ...[7, '', 'Google', 'a b', '../x', 'x'.repeat(65), null].map((provider): [string, unknown] => ['provider', provider]),
      ...[7, '', 'x'.repeat(256), 'a\0b', 'a\nb', '\ud800', null, { $gt: '' }].map((subject): [string, unknown] => ['subject', subject]),
      ...['true', 1, null].map((emailVerified): [string, unknown] => ['emailVerified', emailVerified]),
      ['email', { toString: () => ADDRESS }],
    ];
    for (const [field, value] of bad)
      await expect(host.users.signInBySocial({ ...ann(), [field]: value })).rejects.toMatchObject({
        fields: { [field]: [expect.any(String)] },
      });
    expect(await host.users.count({})).toBe(0);
    const { user } = await host.users.signInBySocial(
      ann({
        displayName: 'two\nlines',
        data: { of: 'the session' },
        newUser: { isAdmin: true, data: { plan: 'gold' }, email: 'x@example.org', displayName: 'X' },
      }),
    );
    expect(user).toMatchObject({ displayName: null, isAdmin: false, data: null });
    for (const subject of [`${ann().subject} `, ann().subject.slice(1), 'ÄNN', ''])
      expect(await host.users.findBySocial('google', subject)).toBeNull();
    expect(await host.users.findBySocial('GOOGLE', ann().subject)).toBeNull();
  });
});

describe('signInBySocial with options', () => {
  it('[2.13] makes no account where registration is closed, and lets in who has one', async () => {
    const closed = await HostApp.start({ registration: { open: false } });
    try {
      await expect(closed.users.signInBySocial(ann())).rejects.toThrow(RegistrationClosedError);
      await closed.user('ann', { emailConfirmed: true });
      expect((await closed.users.signInBySocial(ann())).outcome).toBe('linked');
    } finally {
      await closed.close();
    }
  });

  it('[2.13] spends the budget of registrations for who is new, and no other for who is not', async () => {
    const limited = await HostApp.start({ limits: { registrations: { limit: 1, window: '1h' } } });
    try {
      for (let time = 0; time < 3; time += 1) await limited.users.signInBySocial(ann(), FROM);
      await expect(limited.users.signInBySocial(ann({ subject: 'b', email: 'b@example.org' }), FROM)).rejects.toThrow(TooManyRequestsError);
    } finally {
      await limited.close();
    }
  });

  it('[2.13] makes the chosen address administrator when a provider verified it, and no other', async () => {
    const chosen = await HostApp.start({ registration: { firstAdmin: ADDRESS } });
    try {
      expect((await chosen.users.signInBySocial(ann({ subject: 'b', email: 'b@example.org' }))).user.isAdmin).toBe(false);
      expect((await chosen.users.signInBySocial(ann())).user.isAdmin).toBe(true);
    } finally {
      await chosen.close();
    }
  });
});
