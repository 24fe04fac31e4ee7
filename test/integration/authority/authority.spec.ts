import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  defineRoles,
  ForbiddenError,
  InvalidInputError,
  type Membership,
  NotFoundError,
  PermissionsChanged,
  RolesChanged,
} from 'nestjs-users';
import { AuthorityService } from '../../../lib/authority/authority.service.js';
import { HostApp } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

const roles = defineRoles({ editor: ['note:read', 'note:write'], reader: ['note:read'] });

let host: HostApp;
let id: string;
let memberships: Membership[];
let asked: unknown[][];
let failure: Error | undefined;
beforeEach(async () => {
  memberships = [];
  asked = [];
  failure = undefined;
  const load = (...given: unknown[]): Promise<Membership[]> => {
    asked.push(given);
    return failure === undefined ? Promise.resolve(memberships) : Promise.reject(failure);
  };
  host = await HostApp.start({ roles, memberships: { levels: ['public', 'invitee', 'member', 'manager'], load } });
  id = (await host.user('ann')).id;
});
afterEach(() => host.close());

const rightsOf = async (token: string): Promise<[readonly string[], readonly string[]]> => {
  const { roles: had, permissions } = await host.sessions.authenticate(token);
  return [had, permissions];
};

describe('permissions', () => {
  it('[5.2] are set, added and removed; each once; what is absent is no fault', async () => {
    expect(await host.users.setPermissions(id, ['note:read', 'note:write', 'note:read'])).toEqual(['note:read', 'note:write']);
    expect(await host.users.addPermissions(id, ['note:write', 'note:share'])).toEqual(['note:read', 'note:write', 'note:share']);
    expect(await host.users.removePermissions(id, ['note:read', 'never:had'])).toEqual(['note:write', 'note:share']);
    expect((await host.users.findOrFail(id)).permissions).toEqual(['note:write', 'note:share']);
    expect(await host.users.setPermissions(id, [])).toEqual([]);
    expect(await host.users.removePermissions(id, ['note:read'])).toEqual([]);
    expect((await host.users.findOrFail(id)).permissions).toBeNull();
  });

  it('[5.2] are read anew at each request, in the one statement of the check', async () => {
    const { token } = await host.sessions.open(id);
    expect(await rightsOf(token)).toEqual([[], []]);
    await host.users.setPermissions(id, ['note:read']);
    const statements = Statements.of(host.dataSource);
    expect(await rightsOf(token)).toEqual([[], ['note:read']]);
    expect(statements.texts).toHaveLength(1);
    await host.users.setAdmin(id);
    expect(await rightsOf(token)).toEqual([['admin'], ['admin', 'note:read']]);
  });

  it('[5.2] tell when they change, and only then', async () => {
    const seen: unknown[] = [];
    host.events.on(PermissionsChanged, ({ userId, from, to }) => seen.push([userId, from, to]));
    host.events.on(RolesChanged, ({ from, to }) => seen.push([from, to]));
    await host.users.addPermissions(id, ['a']);
    await host.users.addPermissions(id, ['a']);
    await host.users.setPermissions(id, ['a']);
    await host.users.removePermissions(id, ['b']);
    await host.users.removePermissions(id, ['a']);
    await host.users.setRoles(id, ['editor']);
    await host.users.setRoles(id, ['editor']);
    expect(seen).toEqual([
      [id, [], ['a']],
      [id, ['a'], []],
      [[], ['editor']],
    ]);
  });

  it.each([
    ['no list', 'note:read'],
    ['nothing', undefined],
    ['null', null],
    ['an object', { 0: 'note:read', length: 1 }],
    ['a number in it', [1]],
    ['an empty text in it', ['']],
    ['a space in it', ['note read']],
    ['NUL in it', ['note\0']],
    ['half a character in it', ['note\ud800']],
    ['a line break in it', ['note\nadmin']],
    ['a prototype in it', ['__proto__']],
    ['a name that is too long', ['x'.repeat(101)]],
    ['a megabyte', ['x'.repeat(1_000_000)]],
    ['too many', Array.from({ length: 101 }, (_, at) => `p${at}`)],
    ['the administrator’s', ['admin']],
    ['what only administrators do', ['users.set-admin']],
  ])('[5.2] refuse %s', async (_, permissions) => {
    for (const act of ['setPermissions', 'addPermissions', 'removePermissions'] as const)
      await expect(host.users[act](id, permissions as string[])).rejects.toThrow(InvalidInputError);
    expect((await host.users.findOrFail(id)).permissions).toBeNull();
  });

  it('[5.2] are bounded however they come together, and belong to somebody', async () => {
    await host.users.setPermissions(
      id,
      Array.from({ length: 100 }, (_, at) => `p${at}`),
    );
    await expect(host.users.addPermissions(id, ['one:more'])).rejects.toMatchObject({ fields: { permissions: ['USERS_TOO_MANY'] } });
    await host.users.addPermissions(id, ['p7']);
    await expect(host.users.setPermissions('nobody', ['a'])).rejects.toThrow(NotFoundError);
    await expect(host.users.setRoles({ username: 'nobody' }, ['editor'])).rejects.toThrow(NotFoundError);
  });

  it('nobody gives or takes on another’s behalf what that one does not have', async () => {
    const authority = host.app.get(AuthorityService);
    const by = { roles: ['reader'], permissions: ['note:read', 'users.read'] };
    await host.users.setPermissions(id, ['note:share']);
    await authority.addPermissions(id, ['note:read'], by);
    for (const act of [
      () => authority.addPermissions(id, ['note:write'], by),
      () => authority.setPermissions(id, ['note:read'], by),
      () => authority.removePermissions(id, ['note:share'], by),
      () => authority.setRoles(id, ['editor'], by),
    ])
      await expect(act()).rejects.toThrow(ForbiddenError);
    expect((await host.users.findOrFail(id)).permissions).toEqual(['note:share', 'note:read']);
    expect((await authority.setRoles(id, ['reader'], by)).roles).toEqual(['reader']);
    expect((await authority.setRoles(id, ['editor'], { roles: ['admin'], permissions: ['admin'] })).roles).toEqual(['editor']);
  });
});

describe('roles', () => {
  it('[5.2] bring their permissions, live; one that nobody defined grants nothing', async () => {
    const { token } = await host.sessions.open(id);
    await host.users.setPermissions(id, ['note:write', 'note:share']);
    expect(await host.users.setRoles(id, ['editor', 'reader'])).toEqual(['editor', 'reader']);
    expect(await rightsOf(token)).toEqual([
      ['editor', 'reader'],
      ['note:write', 'note:share', 'note:read'],
    ]);
    for (const odd of ['["gone","constructor","admin"]', '{"0":"editor"}', '"editor"', '[7,null,{}]']) {
      await host.dataSource.query(`UPDATE auth_users SET roles = '${odd}', permissions = NULL`);
      expect((await rightsOf(token))[1]).toEqual([]);
    }
    expect((await rightsOf(token))[0]).not.toContain('admin');
  });

  it('[B-132] must be defined, and admin is none', async () => {
    for (const unknown of ['gone', 'constructor', 'toString'])
      await expect(host.users.setRoles(id, [unknown])).rejects.toMatchObject({ fields: { roles: ['USERS_UNKNOWN_ROLE'] } });
    await expect(host.users.setRoles(id, ['admin'])).rejects.toMatchObject({ fields: { roles: ['USERS_NOT_ALLOWED'] } });
    await expect(host.users.setRoles(id, 'editor' as never)).rejects.toThrow(InvalidInputError);
  });
});

describe('roles on resources', () => {
  beforeEach(async () => {
    memberships = [
      { resource: 'list', id: 5, level: 'manager' },
      { resource: 'list', id: '6', level: 'invitee' },
      { resource: 'list', id: '7', level: 'public' },
      { resource: 'list', id: '8', level: 'secret' },
      { resource: 'club', id: '5', level: 'member' },
    ];
    await host.users.setRoles(id, ['reader']);
  });

  it('[5.3] go up to the level, without the first; an unknown level grants nothing [W19]', async () => {
    expect(await host.users.getRoles(id, { resource: 'list' })).toEqual([
      'list-5-invitee',
      'list-5-member',
      'list-5-manager',
      'list-6-invitee',
    ]);
    expect(await host.users.getRoles(id, { resource: 'list', id: '5' })).toEqual(['list-5-invitee', 'list-5-member', 'list-5-manager']);
    expect(await host.users.getRoles(id, { resource: 'list', id: '8' })).toEqual([]);
    expect(await host.users.getRoles({ username: 'ann' })).toEqual([
      'reader',
      'list-5-invitee',
      'list-5-member',
      'list-5-manager',
      'list-6-invitee',
      'club-5-invitee',
      'club-5-member',
    ]);
    expect(asked).toEqual([
      [id, 'list', undefined],
      [id, 'list', '5'],
      [id, 'list', '8'],
      [id, undefined, undefined],
    ]);
  });

  it('[5.3] are not spelled by a resource that looks like two', async () => {
    memberships = [
      { resource: 'list-5', id: 'x', level: 'manager' },
      { resource: 'list', id: '', level: 'manager' },
      { resource: 'list', id: {} as string, level: 'manager' },
      null as never,
      'list' as never,
    ];
    expect(await host.users.getRoles(id, { resource: 'list' })).toEqual([]);
    memberships = 'everything' as never;
    expect(await host.users.getRoles(id, { resource: 'list' })).toEqual([]);
  });

  it('[5.3] cannot be had while the host cannot say', async () => {
    failure = new Error('no such table');
    await expect(host.users.getRoles(id)).rejects.toMatchObject({ code: 'USERS_UNAVAILABLE' });
    await expect(host.users.getRoles(id, { id: '5' })).rejects.toThrow(InvalidInputError);
    await expect(host.users.getRoles('nobody')).rejects.toThrow(NotFoundError);
  });

  it('[4.12] are put into a live session, in the place of those that it had, and do not prolong it', async () => {
    const { token, session } = await host.sessions.open(id);
    host.clock.advance('1h');
    expect(await host.sessions.refreshRoles(session.id)).toContain('list-5-manager');
    const [had] = await rightsOf(token);
    expect(had).toEqual(expect.arrayContaining(['reader', 'list-5-manager', 'club-5-member']));
    memberships = [
      { resource: 'list', id: '6', level: 'member' },
      { resource: 'club', id: '5', level: 'manager' },
    ];
    expect(await host.sessions.refreshRoles(session.id, { resource: 'list' })).toEqual([
      'club-5-invitee',
      'club-5-member',
      'list-6-invitee',
      'list-6-member',
    ]);
    expect(await host.sessions.refreshRoles(session.id, { resource: 'club', id: '9' })).toContain('club-5-member');
    memberships = [];
    expect(await host.sessions.refreshRoles(session.id, { resource: 'club', id: '5' })).toEqual(['list-6-invitee', 'list-6-member']);
    expect((await host.sessions.find(session.id))?.expiresAt).toEqual(session.expiresAt);
    expect(await host.sessions.refreshRoles(session.id)).toEqual([]);
    expect((await rightsOf(token))[0]).toEqual(['reader']);
  });

  it('[4.12] need a session, and must fit into one', async () => {
    for (const none of ['nobody', '0190a6e0-0000-7000-8000-000000000000', 7 as never])
      await expect(host.sessions.refreshRoles(none)).rejects.toThrow(NotFoundError);
    const { session } = await host.sessions.open(id);
    memberships = Array.from({ length: 2_000 }, (_, at) => ({ resource: 'list', id: at, level: 'member' }));
    await expect(host.sessions.refreshRoles(session.id)).rejects.toThrow(InvalidInputError);
    for (const bad of [{ resource: 7 }, { id: '5' }, { resource: '' }, []])
      await expect(host.sessions.refreshRoles(session.id, bad as object)).rejects.toThrow(InvalidInputError);
  });
});
