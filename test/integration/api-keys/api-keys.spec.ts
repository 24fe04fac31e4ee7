import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ApiKeyCreated,
  ApiKeyEnded,
  type CreateApiKeyInput,
  defineRoles,
  ForbiddenError,
  InvalidCredentialsError,
  InvalidInputError,
  InvalidSessionError,
  NotFoundError,
  TooManyApiKeysError,
  TooManyRequestsError,
} from 'nestjs-users';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

const NOBODY = '0190a6e0-0000-7000-8000-000000000000';

let host: HostApp;
let id: string;
async function start(options: HostOptions = {}): Promise<void> {
  host = await HostApp.start({ roles: defineRoles({ editor: ['note:read', 'note:write'] }), ...options });
  id = (await host.user('ann')).id;
}
afterEach(() => host.close());

const make = (input: Partial<CreateApiKeyInput> = {}, owner = id) => host.sessions.createApiKey(owner, { name: 'nightly', ...input });
const ask = (key: string) => host.sessions.authenticateApiKey(key);
const isGood = async (key: string): Promise<boolean> =>
  ask(key).then(
    () => true,
    (error: unknown) => {
      expect(error).toBeInstanceOf(InvalidSessionError);
      return false;
    },
  );

describe('an API key', () => {
  it('[4.15] is shown once, stored as a hash, and told from others by its beginning [W1] [W26]', async () => {
    await start();
    const { key, apiKey } = await make({ scopes: ['note:read', 'note:read'] });
    expect(apiKey).toEqual({
      id: expect.any(String),
      userId: id,
      name: 'nightly',
      start: key.slice(0, 16),
      scopes: ['note:read'],
      createdAt: host.clock.now(),
      lastUsedAt: null,
      expiresAt: null,
      usesLeft: null,
      rate: null,
    });
    expect(await host.sessions.listApiKeys(id)).toEqual([apiKey]);
    const dump = JSON.stringify(await host.dataSource.query('SELECT * FROM auth_sessions'));
    expect(dump).not.toContain(key.slice(37));
    // Two of one owner have nothing in common by which one could be guessed from the other's row.
    await make({ scopes: ['note:read', 'note:read'] });
    const hashes = (await host.dataSource.query('SELECT * FROM auth_sessions')).map((row: Record<string, unknown>) => row['secretHash']);
    expect([hashes.length, new Set(hashes).size]).toEqual([2, 2]);
    const { user, session, scopes } = await ask(key);
    expect([user.username, session.kind, session.id, session.device, scopes]).toEqual([
      'ann',
      'apiKey',
      apiKey.id,
      'nightly',
      ['note:read'],
    ]);
  });

  it('[4.15] costs one statement; one that is not well-formed costs none; a wrong secret is refused though the right one was just seen [W3]', async () => {
    await start();
    const { key } = await make();
    await ask(key);
    const statements = Statements.of(host.dataSource);
    await ask(key);
    expect(statements.texts).toHaveLength(1);
    expect(await isGood(`${key.slice(0, -1)}${key.endsWith('a') ? 'b' : 'a'}`)).toBe(false);
    expect(await isGood('nuk_')).toBe(false);
    expect(statements.texts).toHaveLength(1);
  });

  it('[4.15] [B-124] has of its owner’s present rights those that its scopes name', async () => {
    await start();
    const { key } = await make({ scopes: ['note:write', 'note:share', 'users-own'] });
    const rights = async () => (({ permissions, roles, scopes }) => [permissions, roles, scopes])(await ask(key));
    const scopes = ['note:write', 'note:share', 'users-own'];
    expect(await rights()).toEqual([[], [], scopes]);
    await host.users.setRoles(id, ['editor']);
    expect(await rights()).toEqual([['note:write'], ['editor'], scopes]);
    await host.user('root', { isAdmin: true });
    await host.users.setAdmin(id);
    expect(await rights()).toEqual([scopes, ['editor'], scopes]);
    await host.users.setAdmin(id, false);
    await host.users.setRoles(id, []);
    expect(await rights()).toEqual([[], [], scopes]);
  });

  it('[4.15] [B-124] is an administrator’s only with the scope, and while he is one', async () => {
    await start();
    await host.user('root', { isAdmin: true });
    await expect(make({ scopes: ['admin'] })).rejects.toThrow(ForbiddenError);
    await expect(make({ scopes: ['users.delete'] })).rejects.toThrow(ForbiddenError);
    await host.users.setAdmin(id);
    const [full, less] = [(await make({ scopes: ['admin'] })).key, (await make({ scopes: ['users.read'] })).key];
    expect([(await ask(full)).permissions, (await ask(less)).permissions]).toEqual([['admin'], ['users.read']]);
    expect([(await ask(full)).roles, (await ask(less)).roles]).toEqual([['admin'], []]);
    await host.users.setAdmin(id, false);
    expect([(await ask(full)).permissions, (await ask(less)).permissions]).toEqual([[], []]);
  });

  it('[4.15] is no session’s token, and a session’s token is no key [W16]', async () => {
    await start();
    const { key, apiKey } = await make();
    const { token, session } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    expect(await isGood(token)).toBe(false);
    expect((await host.sessions.check(key)).status).toBe('not_found');
    expect((await host.sessions.check(`${apiKey.id}.${'A'.repeat(43)}`)).status).toBe('not_found');
    await expect(host.sessions.authenticate(key)).rejects.toThrow(InvalidSessionError);
    expect(await host.sessions.findUser(key)).toBeNull();
    expect(await host.sessions.endByToken(key)).toBe(false);
    expect(await host.sessions.end(apiKey.id)).toBe(false);
    expect(await host.sessions.endApiKey(session.id)).toBe(false);
    expect(await host.sessions.find(apiKey.id)).toBeNull();
    await expect(host.sessions.reauthenticate(apiKey.id, PASSWORD)).rejects.toThrow(InvalidSessionError);
    expect([await isGood(key), (await host.sessions.check(token)).status]).toEqual([true, 'ok']);
  });

  it('[4.15] stands apart from sessions in lists and endings, and counts towards none of their limits', async () => {
    await start({ sessions: { max: 1 } });
    const { key } = await make();
    const { token } = await host.sessions.open(id);
    await host.sessions.open(id);
    expect((await host.sessions.check(token)).status).toBe('not_found');
    expect((await host.sessions.list({ userId: id })).items).toHaveLength(1);
    expect((await host.sessions.list({ userId: id, kind: 'all' })).items).toHaveLength(2);
    expect(await host.sessions.endAll({ userId: id })).toBe(1);
    expect(await isGood(key)).toBe(true);
    expect(await host.sessions.endAll({ everyone: true, kind: 'apiKey' })).toBe(1);
    expect(await isGood(key)).toBe(false);
    await expect(host.sessions.list({ kind: 'token' as never })).rejects.toThrow(InvalidInputError);
  });

  it('[4.15] ends at the very millisecond of its end, and when it is ended', async () => {
    await start();
    const seen: unknown[] = [];
    host.events.on(ApiKeyCreated, ({ userId, keyId }) => seen.push(['created', userId, keyId]));
    host.events.on(ApiKeyEnded, ({ userId, keyId }) => seen.push(['ended', userId, keyId]));
    const { key, apiKey } = await make({ expiresAt: new Date(host.clock.now().getTime() + 60_000) });
    host.clock.advance('59s');
    expect(await isGood(key)).toBe(true);
    host.clock.advance('1s');
    expect(await isGood(key)).toBe(false);
    const other = await make();
    host.clock.advance('400d');
    expect(await isGood(other.key)).toBe(true);
    expect(await host.sessions.endApiKey(other.apiKey.id, { userId: NOBODY })).toBe(false);
    expect(await host.sessions.endApiKey(other.apiKey.id, { userId: id })).toBe(true);
    expect([await host.sessions.endApiKey(other.apiKey.id), await isGood(other.key)]).toEqual([false, false]);
    for (const none of ['x', NOBODY, 7 as never, undefined as never]) expect(await host.sessions.endApiKey(none)).toBe(false);
    await host.sessions.purgeExpired();
    expect(await host.sessions.listApiKeys(id)).toEqual([]);
    expect(seen).toEqual([
      ['created', id, apiKey.id],
      ['created', id, other.apiKey.id],
      ['ended', id, other.apiKey.id],
    ]);
  });

  it('[4.15] remembers its last use, written behind', async () => {
    await start();
    const { key } = await make();
    host.clock.advance('5m');
    await ask(key);
    expect((await host.sessions.listApiKeys(id))[0]?.lastUsedAt).toEqual(host.clock.now());
  });
});

describe('the owner of a key', () => {
  it('[4.15] [B-73] [B-125] who is deactivated, banned or deleted opens nothing any more', async () => {
    await start();
    const keyOf = async (name: string): Promise<[string, string]> => {
      const owner = (await host.user(name)).id;
      return [owner, (await make({}, owner)).key];
    };
    const [[off, offKey], [banned, bannedKey], [gone, goneKey]] = [await keyOf('off'), await keyOf('banned'), await keyOf('gone')];
    for (const key of [offKey, bannedKey, goneKey]) expect(await isGood(key)).toBe(true);
    await host.users.deactivate(off);
    await host.dataSource.query(
      `UPDATE auth_users SET "bannedAt" = 1 WHERE id = '${banned}'`.replaceAll('"', host.dataSource.options.type === 'mariadb' ? '`' : '"'),
    );
    await host.users.delete(gone);
    for (const key of [offKey, bannedKey, goneKey]) expect(await isGood(key)).toBe(false);
    for (const owner of [off, gone, banned, 'nobody']) await expect(make({}, owner)).rejects.toThrow(NotFoundError);
  });

  it('[4.15] [B-17] [B-73] keeps it when he changes his password, and loses it by a reset or an administrator’s new password', async () => {
    await start();
    const { key } = await make();
    await host.users.changePassword(id, { oldPassword: PASSWORD, newPassword: 'another staple' });
    expect(await isGood(key)).toBe(true);
    await host.resets.reset((await host.resets.issue(id)).token, PASSWORD);
    expect(await isGood(key)).toBe(false);
    const again = await make();
    await host.users.setPassword(id, 'another staple');
    expect(await isGood(again.key)).toBe(false);
  });

  it('[4.15] keeps it when a change of his address is done, as when he changes his password', async () => {
    await start();
    const { key } = await make();
    const { token } = await host.sessions.open(id);
    await host.users.requestEmailChange(id, 'next@example.org');
    await host.settled();
    await host.users.confirmEmail(host.inbox.last('confirm-new-email', 'next@example.org').token);
    expect([await isGood(key), (await host.sessions.check(token)).status]).toEqual([true, 'not_found']);
  });

  it('[4.15] can be a program’s account, which cannot sign in', async () => {
    await start();
    const robot = await host.users.create({ username: 'robot', isService: true });
    await expect(host.users.create({ username: 'other', isService: true, password: PASSWORD })).rejects.toThrow(InvalidInputError);
    const { key } = await make({ scopes: ['notes'] }, robot.id);
    expect((await ask(key)).user.username).toBe('robot');
    await expect(host.sessions.open(robot.id)).rejects.toThrow(NotFoundError);
    await host.users.setPassword(robot.id, PASSWORD);
    await expect(host.sessions.login({ login: 'robot', password: PASSWORD })).rejects.toThrow(InvalidCredentialsError);
    expect(await host.users.verifyCredentials('robot', PASSWORD)).toBeNull();
  });
});

describe('what a key may be asked for', () => {
  it('[4.15] a number of uses, after which it opens nothing', async () => {
    await start();
    const { key } = await make({ maxUses: 2 });
    expect(await isGood(key)).toBe(true);
    expect((await host.sessions.listApiKeys(id))[0]?.usesLeft).toBe(1);
    await host.sessions.authenticateApiKey(key, { touch: false });
    expect([await isGood(key), await isGood(key)]).toEqual([true, false]);
    await expect(host.sessions.authenticateApiKey(key, { touch: false })).rejects.toThrow(InvalidSessionError);
    expect((await host.sessions.listApiKeys(id))[0]?.usesLeft).toBe(0);
  });

  it('[4.15] a rate, beyond which one waits, and no use is taken', async () => {
    await start();
    const { key } = await make({ rate: { uses: 2, per: '1m' }, maxUses: 5 });
    const other = await make({ rate: { uses: 2, per: '1m' } });
    await ask(key);
    await ask(key);
    await expect(ask(key)).rejects.toThrow(TooManyRequestsError);
    await ask(other.key);
    host.clock.advance('1m');
    await ask(key);
    expect((await host.sessions.listApiKeys(id)).find(({ usesLeft }) => usesLeft !== null)?.usesLeft).toBe(2);
  });

  it.each<[string, object]>([
    ['no name', { name: undefined }],
    ['an empty name', { name: '' }],
    ['a name of spaces', { name: '  ' }],
    ['a name of two lines', { name: 'a\nb' }],
    ['a long name', { name: 'x'.repeat(101) }],
    ['NUL in a name', { name: 'a\0' }],
    ['a number for a name', { name: 7 }],
    ['a text for scopes', { scopes: 'note:read' }],
    ['a scope that is none', { scopes: ['a b'] }],
    ['too many scopes', { scopes: Array.from({ length: 101 }, (_, at) => `s${at}`) }],
    ['an end that is over', { expiresAt: 1 }],
    ['an end that is none', { expiresAt: 'tomorrow' }],
    ['no uses', { maxUses: 0 }],
    ['half a use', { maxUses: 1.5 }],
    ['a text for uses', { maxUses: '5' }],
    ['a rate that is none', { rate: 5 }],
    ['a rate of a day', { rate: { uses: 5, per: '1d' } }],
    ['a rate without uses', { rate: { per: '1m' } }],
    ['a rate with a prototype', { rate: Object.create({ uses: 1, per: '1m' }) as object }],
  ])('[4.15] not %s', async (_, input) => {
    await start();
    await expect(make(input)).rejects.toThrow(InvalidInputError);
    expect(await host.sessions.listApiKeys(id)).toEqual([]);
  });

  it('[4.15] within what the options allow', async () => {
    await start({ apiKeys: { max: 2, maxLifetime: '30d', scopes: ['notes'] } });
    const { apiKey } = await make({ scopes: ['notes'] });
    expect(apiKey.expiresAt?.getTime()).toBe(host.clock.now().getTime() + 30 * 86_400_000);
    await expect(make({ scopes: ['other'] })).rejects.toMatchObject({ fields: { scopes: ['USERS_UNKNOWN_SCOPE'] } });
    await expect(make({ expiresAt: host.clock.now().getTime() + 31 * 86_400_000 })).rejects.toThrow(InvalidInputError);
    await make();
    await expect(make()).rejects.toThrow(TooManyApiKeysError);
    await host.sessions.endApiKey(apiKey.id);
    await make();
    await expect(
      HostApp.start({ apiKeys: { max: -1, maxLifetime: 'soon' as never, scopes: 'a' as never, maks: 1 } as never }),
    ).rejects.toThrow(/apiKeys\.max:[^]*apiKeys\.maxLifetime[^]*apiKeys\.scopes/);
  });
});
