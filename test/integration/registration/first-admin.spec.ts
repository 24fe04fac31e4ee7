import { afterEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  AdminChanged,
  InvalidInputError,
  type InvalidOptionsError,
  InvalidTokenError,
  RegistrationClosedError,
  TooManyRequestsError,
  UnavailableError,
  WeakPasswordError,
} from 'nestjs-users';
import { StateRow } from '../../../lib/persistence/state.entity.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { FirstAdminLink } from '../../../lib/registration/first-admin-link.js';
import { linkIn } from '../../support/first-admin-link.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { captureLog } from '../../unit/notifications/captured-log.js';

const BOSS = 'boss@example.org';
const CHOSEN = 'wrong donkey charger';

let host: HostApp;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start({ limits: NO_LIMITS, registration: { firstAdmin: ' Boss@Example.org ' }, ...options });
};
afterEach(() => host.close());

const register = async (username: string, email = `${username}@example.org`): Promise<string> => {
  await host.users.register({ username, email, password: PASSWORD }, VISITOR);
  await host.settled();
  return host.inbox.last('confirm-email', email).token;
};
/** The owner of the address takes the link that he was mailed without asking for it. */
const chooseByMail = async (): Promise<void> => {
  await host.settled();
  await host.resets.reset(host.inbox.last('reset-password', BOSS).token, CHOSEN);
};
const expectNoWayIn = async (login: string, token: string): Promise<void> => {
  await expect(host.sessions.login({ login, password: PASSWORD })).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
  expect((await host.sessions.check(token)).status).toBe('not_found');
};
const use = (token: unknown, more: object = {}) =>
  host.app.get(FirstAdminLink).use({ token, username: 'root', password: PASSWORD, ...more }, VISITOR);

describe('the first administrator by address', () => {
  it('[1.4] is whoever confirms it, though others are active already', async () => {
    await start();
    const changed: unknown[] = [];
    host.events.on(AdminChanged, ({ userId, isAdmin }) => changed.push([userId, isAdmin]));
    expect((await host.users.confirmEmail(await register('ann'))).isAdmin).toBe(false);
    const boss = await host.users.confirmEmail(await register('boss'));
    expect([boss.isAdmin, boss.email, changed]).toEqual([true, BOSS, [[boss.id, true]]]);
    await chooseByMail();
    expect((await host.sessions.login({ login: 'boss', password: CHOSEN })).user.isAdmin).toBe(true);
  });

  it('[1.4] [B-17] is not who registered the address with a password of his own: its owner gets a link to choose one', async () => {
    await start({ registration: { firstAdmin: BOSS, allowUnconfirmedLogin: true } });
    const thiefs = await register('thief', BOSS);
    const { token } = await host.sessions.login({ login: 'thief', password: PASSWORD });
    const boss = await host.users.confirmEmail(thiefs);
    expect(boss.isAdmin).toBe(true);
    await expectNoWayIn('thief', token);
    await chooseByMail();
    expect((await host.sessions.login({ login: BOSS, password: CHOSEN })).user.id).toBe(boss.id);
  });

  it('[1.4] [B-17] is not who was let in before with the address unconfirmed: his password, sessions, keys and links end', async () => {
    await start();
    await register('thief', BOSS);
    const { id } = await host.users.activate({ username: 'thief' });
    const { token } = await host.sessions.login({ login: 'thief', password: PASSWORD });
    const { key } = await host.sessions.createApiKey(id, { name: 'program' });
    await host.users.requestEmailChange(id, 'eve@example.org');
    await host.users.requestEmailConfirmation(id);
    await host.settled();
    expect((await host.users.confirmEmail(host.inbox.last('confirm-email', BOSS).token)).isAdmin).toBe(true);
    for (const opens of [token, key]) await expectNoWayIn('thief', opens);
    const change = host.inbox.last('confirm-new-email', 'eve@example.org').token;
    await expect(host.users.confirmEmail(change)).rejects.toThrow(InvalidTokenError);
    await chooseByMail();
    expect((await host.sessions.login({ login: BOSS, password: CHOSEN })).user.id).toBe(id);
  });

  it('[1.4] is mailed that link after the commit of the host, or never', async () => {
    await start();
    const token = await register('boss');
    const resets = () => host.inbox.to(BOSS).filter(({ kind }) => kind === 'reset-password');
    const rolledBack = host.dataSource.transaction(async (manager) => {
      await host.users.within(manager).confirmEmail(token);
      throw new Error('rolled back');
    });
    await expect(rolledBack).rejects.toThrow('rolled back');
    await host.settled();
    expect(resets()).toEqual([]);
    await host.dataSource.transaction((manager) => host.users.within(manager).confirmEmail(token));
    await host.settled();
    expect(resets()).toHaveLength(1);
    await chooseByMail();
  });

  it('[1.4] is one once in the life of the database, whatever becomes of him', async () => {
    await start();
    const boss = await host.users.confirmEmail(await register('boss'));
    await host.user('ann', { isAdmin: true });
    await host.users.delete(boss.id);
    await host.users.setAdmin(boss.id).catch(() => undefined);
    expect((await host.users.confirmEmail(await register('boss'))).isAdmin).toBe(false);
  });

  it('[1.4] is nobody while there is an administrator, and not later either', async () => {
    await start();
    await host.user('ann', { isAdmin: true });
    expect((await host.users.confirmEmail(await register('boss'))).isAdmin).toBe(false);
    // Who becomes no administrator keeps what he registered with.
    await host.sessions.login({ login: 'boss', password: PASSWORD });
    await expect(host.users.bootstrap({ username: 'eve' })).rejects.toThrow(RegistrationClosedError);
  });

  it('[1.4] may be somebody whom trusted code made with the address, or invited to it', async () => {
    await start();
    await host.users.create({ username: 'boss', email: BOSS, password: PASSWORD });
    await host.users.requestEmailConfirmation({ username: 'boss' });
    await host.settled();
    expect((await host.users.confirmEmail(host.inbox.last('confirm-email', BOSS).token)).isAdmin).toBe(true);
    await host.close();
    await start();
    await host.users.invite({ email: BOSS });
    await host.settled();
    const { token } = host.inbox.last('invitation', BOSS);
    expect((await host.users.acceptInvitation({ token, password: PASSWORD, username: 'boss' }, VISITOR)).isAdmin).toBe(true);
  });

  it('[1.4] is not who has changed to the address: he would need but one careless click of its owner', async () => {
    await start();
    await host.user('eve');
    await host.users.requestEmailChange({ username: 'eve' }, BOSS);
    await host.settled();
    expect((await host.users.confirmEmail(host.inbox.last('confirm-new-email', BOSS).token)).isAdmin).toBe(false);
  });

  it('[1.4] [B-17] where several registrations wait for the address, is not who knows the password of one', async () => {
    await start();
    const thiefs = await register('thief', BOSS);
    await register('boss');
    const boss = await host.users.confirmEmail(thiefs);
    expect(boss.isAdmin).toBe(true);
    await expect(host.sessions.login({ login: BOSS, password: PASSWORD })).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
    expect(await host.users.passwordStatus(boss.id)).toBe('set');
  });

  it('is refused as an option that is no address, or beside firstUserIsAdmin', async () => {
    await start();
    const refused = (registration: object): Promise<readonly string[]> =>
      HostApp.start({ registration }).then(
        () => [],
        (error: unknown) => (error as InvalidOptionsError).issues,
      );
    expect(await refused({ firstAdmin: 'boss', firstAdminLink: 'yes', firstAdminLinkLifetime: 60 })).toEqual([
      'registration.firstAdminLink: write true or false.',
      expect.stringMatching(/^registration\.firstAdmin: give one address/),
      expect.stringMatching(/^registration\.firstAdminLinkLifetime: /),
    ]);
    expect(await refused({ firstAdmin: BOSS, firstUserIsAdmin: true })).toEqual([expect.stringMatching(/^registration\.firstAdmin: /)]);
  });
});

describe('the link for the first administrator', () => {
  const stored = async (): Promise<string> =>
    JSON.stringify(await host.dataSource.getRepository(host.app.get(SpaceEntities).of(StateRow)).findBy({ key: 'first-admin-links' }));

  it('[1.4] is made by a start that was told so, while there is no administrator', async () => {
    await start();
    expect(await stored()).toBe('[]');
    await host.close();
    await start({ registration: { firstAdminLink: true } });
    expect(await stored()).toContain('secretHash');
  });

  it('[1.4] stands in the log, once and in full; the database keeps a hash', async () => {
    await start({ registration: { firstAdminLink: true }, mail: { baseUrl: 'https://notes.example/app' } });
    const lines = captureLog();
    try {
      await host.app.get(FirstAdminLink).onApplicationBootstrap();
    } finally {
      Logger.overrideLogger(false);
    }
    const token = /https:\/\/notes\.example\/app\/setup#token=(\S+) /.exec(lines.join('\n'))?.[1] ?? '';
    expect(lines).toEqual([expect.stringMatching(/^log Open \S+ to make the first account; .* works once, for one hour\.$/)]);
    expect(await stored()).not.toContain(token.split('.')[1]);
    expect(await use(token)).toMatchObject({ username: 'root', isAdmin: true, status: 'active' });
    await host.sessions.login({ login: 'root', password: PASSWORD });
    await host.app.get(FirstAdminLink).onApplicationBootstrap();
    expect(lines).toHaveLength(1);
  });

  it('[1.4] works once; whoever has it is told so, and a stranger learns nothing', async () => {
    await start({ registration: { firstAdminLink: true } });
    const [first, second] = [await linkIn(host), await linkIn(host)];
    await host.user('ann');
    const root = await use(second, { isAdmin: false, isService: true, mustChangePassword: true, emailConfirmed: true, email: BOSS });
    expect(root).toMatchObject({ isAdmin: true, isService: false, mustChangePassword: false, emailConfirmedAt: null });
    for (const token of [first, second]) await expect(use(token, { username: 'eve' })).rejects.toThrow(RegistrationClosedError);
    await expect(use(`${first.slice(0, -1)}${first.endsWith('A') ? 'B' : 'A'}`)).rejects.toThrow(InvalidTokenError);
    await expect(use('x')).rejects.toThrow(InvalidTokenError);
    await expect(linkIn(host)).rejects.toThrow('administrator already');
  });

  it('[1.4] outlives what is refused, and no more than its hour', async () => {
    await start({ registration: { firstAdminLink: true } });
    await host.user('ann');
    const token = await linkIn(host);
    await expect(use(token, { password: 'password' })).rejects.toThrow(WeakPasswordError);
    await expect(use(token, { password: undefined })).rejects.toThrow(InvalidInputError);
    await expect(use(token, { username: 'ann' })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
    host.clock.advance('60m');
    await expect(use(token)).rejects.toThrow(InvalidTokenError);
    expect((await use(await linkIn(host))).isAdmin).toBe(true);
  });

  it('costs whoever has none no hash, and a budget', async () => {
    await start({ limits: { confirmations: { limit: 2, window: '10m' } } });
    expect(await host.hasher.costOf(() => use('x').catch(() => undefined))).toBe(0);
    await expect(use('x', { username: '' })).rejects.toThrow(InvalidInputError);
    await expect(use('x')).rejects.toThrow(InvalidTokenError);
    await expect(use('x')).rejects.toThrow(TooManyRequestsError);
  });

  it('keeps the newest sixteen, so that a loop of starts fills nothing', async () => {
    await start();
    const tokens: string[] = [];
    for (let times = 0; times < 17; times += 1) tokens.push(await linkIn(host));
    await expect(use(tokens[0])).rejects.toThrow(InvalidTokenError);
    expect((await use(tokens[1])).isAdmin).toBe(true);
  });

  it('holds up no start and answers 503 where the database is gone', async () => {
    await start({ registration: { firstAdminLink: true } });
    const token = await linkIn(host);
    await host.dataSource.destroy();
    const lines = captureLog();
    try {
      await host.app.get(FirstAdminLink).onApplicationBootstrap();
    } finally {
      Logger.overrideLogger(false);
    }
    expect(lines.filter((line) => line.startsWith('error The link for the first administrator could not be made'))).toHaveLength(1);
    await expect(use(token)).rejects.toThrow(UnavailableError);
    await host.dataSource.initialize();
  });
});
