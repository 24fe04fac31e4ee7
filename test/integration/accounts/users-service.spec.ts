import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmailTakenError,
  InvalidInputError,
  InvalidTokenError,
  NotFoundError,
  type UpdateUserInput,
  type User,
  UsernameTakenError,
  type UserRef,
  WeakPasswordError,
} from 'nestjs-users';
import { UserChanges } from '../../../lib/accounts/user-changes.js';
import { UserCreation } from '../../../lib/registration/user-creation.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { losses, race, winners } from '../../support/race.js';
import { Statements } from '../../support/statements.js';

let host: HostApp;
beforeAll(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
});
afterAll(() => host.close());
beforeEach(async () => {
  await host.settled();
  for (const table of ['auth_tokens', 'auth_sessions', 'auth_passwords', 'auth_users']) await host.dataSource.query(`DELETE FROM ${table}`);
  host.inbox.notifications.length = 0;
});
const login = (name: string) => host.sessions.login({ login: name, password: PASSWORD });

describe('creating a user', () => {
  it('[2.1] takes names, flags and data from trusted code; he is active at once', async () => {
    const ann = await host.users.create({
      username: ' Ann ',
      email: 'Ann@Example.org',
      password: PASSWORD,
      displayName: ' Ann Lee ',
      isAdmin: true,
      profile: { theme: 'dark' },
      data: { plan: 'gold' },
      mustChangePassword: true,
      emailConfirmed: true,
    });
    expect(ann).toMatchObject({
      username: 'Ann',
      email: 'Ann@Example.org',
      displayName: 'Ann Lee',
      isAdmin: true,
      profile: { theme: 'dark' },
      data: { plan: 'gold' },
      mustChangePassword: true,
      status: 'active',
      emailConfirmedAt: host.clock.now(),
      createdAt: host.clock.now(),
      lastLoginAt: null,
    });
    expect(await host.users.create({ email: 'bob@example.org' })).toMatchObject({
      username: null,
      emailConfirmedAt: null,
      status: 'active',
    });
    await host.settled();
    expect(host.inbox.notifications).toEqual([]);
  });

  it('[2.1] [W8] refuses a second one by user name or address, in every spelling', async () => {
    await host.user('ann');
    for (const username of ['ann', 'ANN', ' Ann ', 'ａｎｎ', '\u00a0ann'])
      await expect(host.users.create({ username })).rejects.toThrow(UsernameTakenError);
    for (const email of ['ann@example.org', 'ANN@EXAMPLE.ORG', ' ann@example.org\t', 'ann@ｅxample.org'])
      await expect(host.users.create({ email })).rejects.toThrow(EmailTakenError);
    expect(await host.users.count()).toBe(1);
  });

  it('[B-100] keeps apart what only some databases take for one', async () => {
    for (const username of ['ann', 'ánn', 'ann ́', 'gıthub', 'github', 'strasse', 'straße', 'ann_', 'ann%'])
      await host.users.create({ username, email: `${username.replace(/ /g, '')}@example.org` });
    expect((await host.users.find({ email: 'ánn@example.org' }))?.username).toBe('ánn');
    expect((await host.users.find({ username: 'ANN' }))?.username).toBe('ann');
  });

  it('[B-88] refuses a name that differs only in what nobody sees', async () => {
    await host.user('alice');
    for (const unseen of ['\u200b', '\u00ad', '\u2060', '\u3164', '\u034f', '\ufe0f', '\u202e', '\u2800']) {
      await expect(host.users.create({ username: `ali${unseen}ce` })).rejects.toThrow(InvalidInputError);
      await expect(host.users.create({ email: `ali${unseen}ce@example.org` })).rejects.toThrow(InvalidInputError);
    }
    expect(await host.users.count()).toBe(1);
  });

  it('[W22] [2.1] asks the policy where there is a password', async () => {
    await expect(host.users.create({ username: 'ann', password: 'short' })).rejects.toThrow(WeakPasswordError);
    await expect(host.users.create({ username: 'ann', password: '' })).rejects.toThrow();
    await expect(host.users.create({ username: 'ann', password: null as never })).rejects.toThrow(InvalidInputError);
    expect(await host.users.count()).toBe(0);
  });

  it('[B-105] names every fault at once, before any hash', async () => {
    const input = { username: '', email: 'x', isAdmin: 'yes', displayName: 1, data: [], profile: () => 1, password: PASSWORD };
    const cost = await host.hasher.costOf(() =>
      expect(host.users.create(input as never)).rejects.toMatchObject({
        fields: {
          username: ['USERS_USERNAME_INVALID'],
          email: ['USERS_EMAIL_INVALID'],
          isAdmin: ['USERS_WRONG_TYPE'],
          displayName: ['USERS_WRONG_TYPE'],
          data: ['USERS_WRONG_TYPE'],
          profile: ['USERS_NOT_JSON_VALUE'],
        },
      }),
    );
    expect(cost).toBe(0);
  });

  it('[W12] from an administrator’s form sets no data', async () => {
    const made = await host.app
      .get(UserCreation)
      .create({ username: 'ann', data: { plan: 'gold' }, roles: ['x'], activatedAt: null }, 'admin');
    expect([made.data, made.roles, made.status]).toEqual([null, null, 'active']);
  });

  it('[W8] sixteen times at once makes one', async () => {
    for (let round = 0; round < 8; round += 1) {
      const results = await race(16, (index) =>
        host.users.create({ username: `n${round}u${index}`, email: index % 2 === 0 ? `a${round}@example.org` : `A${round}@EXAMPLE.org` }),
      );
      expect([winners(results).length, new Set(losses(results))]).toEqual([1, new Set(['EmailTakenError'])]);
    }
  });
});

describe('finding a user', () => {
  it('[2.11] goes by id, user name, address, or a user of ours', async () => {
    const ann = await host.user('ann');
    for (const ref of [ann.id, ann, { id: ann.id }, { username: ' ANN' }, { email: 'Ann@example.org ' }] as UserRef[])
      expect((await host.users.findOrFail(ref)).id).toBe(ann.id);
    for (const ref of ['ann', ann.id.toUpperCase(), { username: 'ann@example.org' }, { email: 'ann' }, { id: 'ann' }])
      expect(await host.users.find(ref)).toBeNull();
    await expect(host.users.findOrFail({ username: 'nobody' })).rejects.toThrow(NotFoundError);
  });

  it('[2.11] can ask for being active', async () => {
    const { id } = await host.user('ann');
    expect([await host.users.find(id, { active: true }), await host.users.find(id, { active: false })]).toMatchObject([{ id }, null]);
    await host.users.deactivate(id);
    expect([await host.users.find(id, { active: true }), await host.users.find(id, { active: false })]).toMatchObject([null, { id }]);
    await expect(host.users.findOrFail(id, { active: true })).rejects.toThrow(NotFoundError);
  });

  it('[2.12] goes by what was typed: with an @ the address first, then the user name', async () => {
    const ann = await host.user('ann', { username: 'ann@example.org', email: 'ann@example.org' });
    await host.users.update(ann.id, { email: 'new@example.org' });
    expect((await host.users.find({ login: 'ann@example.org' }))?.id).toBe(ann.id);
    const bob = await host.users.create({ username: 'bob', email: 'ann@example.org' });
    expect((await host.users.find({ login: 'Ann@Example.org' }))?.id).toBe(bob.id);
    expect((await host.users.find({ login: 'BOB' }))?.id).toBe(bob.id);
  });

  it('[W7] [2.12] takes as many statements for a known name as for an unknown one', async () => {
    await host.user('ann');
    const statements = Statements.of(host.dataSource);
    const known = await statements.before(() => host.users.find({ login: 'ann@example.org' }));
    expect(known.length).toBeGreaterThan(0);
    expect(await statements.before(() => host.users.find({ login: 'nobody@example.org' }))).toEqual(known);
  });

  it.each([
    [undefined],
    [null],
    [NaN],
    [0],
    [true],
    [{}],
    [[]],
    [['ann']],
    [{ id: undefined }],
    [{ id: null }],
    [{ id: NaN }],
    [{ id: {} }],
    [{ username: { $ne: '' } }],
    [{ email: ['ann@example.org'] }],
    [{ id: 'a', username: 'b' }],
    [{ isAdmin: true }],
    [new Date(0)],
  ])('[B-06] by %p is 400, and never the first user', async (ref) => {
    await host.user('ann', { isAdmin: true });
    const calls = [
      () => host.users.find(ref as never),
      () => host.users.findOrFail(ref as never),
      () => host.users.update(ref as never, { displayName: 'x' }),
      () => host.users.delete(ref as never),
      () => host.users.deactivate(ref as never),
      () => host.users.activate(ref as never),
      () => host.users.setAdmin(ref as never, false),
      () => host.users.changeUsername(ref as never, 'x'),
      () => host.users.confirmEmailFor(ref as never),
      () => host.users.requestEmailChange(ref as never, 'x@example.org'),
      () => host.users.isEmailConfirmationAvailable(ref as never),
    ];
    for (const call of calls) await expect(call()).rejects.toThrow(InvalidInputError);
  });

  it.each(['', ' ', 'a\0b', '\ud800', 'x'.repeat(100_000), '@', "' OR 1=1 --", '%', '__proto__'])(
    '[B-06] [B-105] by the name %j finds nobody, and never fails',
    async (text) => {
      await host.user('ann');
      for (const ref of [text, { id: text }, { username: text }, { email: text }, { login: text }])
        expect(await host.users.find(ref)).toBeNull();
    },
  );

  it('[B-86] by an address that looks alike finds nobody', async () => {
    await host.users.create({ email: 'user@github.com' });
    for (const email of ['user@gıthub.com', 'uşer@github.com', 'user@githu\u0432.com']) expect(await host.users.find({ email })).toBeNull();
    await host.resets.request({ email: 'user@gıthub.com' });
    await host.resets.request({ email: 'u\u017fer@github.com' });
    await host.settled();
    expect(host.inbox.notifications.map(({ to }) => to)).toEqual(['user@github.com']);
  });
});

describe('changing a user', () => {
  it('[2.7] [2.9] leaves what is undefined and clears what is null', async () => {
    const { id } = await host.user('ann', { displayName: 'Ann', profile: { a: 1 }, data: { plan: 'gold' } });
    expect(await host.users.update(id, { displayName: undefined, profile: { b: 2 } })).toMatchObject({
      displayName: 'Ann',
      profile: { b: 2 },
      data: { plan: 'gold' },
    });
    expect(await host.users.update(id, { displayName: null, profile: null, data: null })).toMatchObject({
      displayName: null,
      profile: null,
      data: null,
      email: 'ann@example.org',
    });
    expect([await host.users.update('nobody', {}), await host.users.update({ username: 'nobody' }, {})]).toEqual([null, null]);
    await expect(host.users.updateOrFail('nobody', {})).rejects.toThrow(NotFoundError);
  });

  it('[2.9] takes 16 KiB of JSON in profile and in data, and no more', async () => {
    const { id } = await host.user('ann');
    await host.users.update(id, { profile: 'x'.repeat(16_382), data: { a: 'x'.repeat(16_376) } });
    expect((await host.users.findOrFail(id)).profile).toHaveLength(16_382);
    for (const patch of [
      { profile: 'x'.repeat(16_383) },
      { data: { a: 'x'.repeat(16_377) } },
      { data: 'text' },
      { data: [] },
      { profile: { constructor: 1 } },
      { profile: 'a\0' },
    ]) {
      await expect(host.users.update(id, patch as UpdateUserInput)).rejects.toThrow(InvalidInputError);
    }
  });

  it('[2.7] [B-12] makes a changed address unconfirmed and voids the links to the old one', async () => {
    const { id } = await host.user('ann');
    const { token } = await host.resets.issue(id);
    expect(await host.users.update(id, { email: 'New@example.org' })).toMatchObject({ email: 'New@example.org', emailConfirmedAt: null });
    await expect(host.resets.reset(token, 'a newer staple')).rejects.toThrow(InvalidTokenError);
    expect((await host.users.find({ email: 'new@example.org' }))?.id).toBe(id);
  });

  it('[2.7] keeps another spelling of the same address confirmed, and its links good', async () => {
    const { id } = await host.user('ann');
    const { token } = await host.resets.issue(id);
    expect((await host.users.update(id, { email: 'ANN@example.org' }))?.emailConfirmedAt).not.toBeNull();
    expect(await host.resets.resolve(token)).toBe(id);
  });

  it('[W8] [2.7] never makes a second user of one address or name', async () => {
    await host.user('ann');
    const { id } = await host.user('bob');
    await expect(host.users.update(id, { email: 'ANN@example.org', displayName: 'x' })).rejects.toThrow(EmailTakenError);
    await expect(host.users.changeUsername(id, 'Ann')).rejects.toThrow(UsernameTakenError);
    expect(await host.users.findOrFail(id)).toMatchObject({ username: 'bob', email: 'bob@example.org', displayName: null });
  });

  it('[2.7] clears an address only of who is known by something else', async () => {
    const ann = await host.user('ann');
    expect((await host.users.update(ann.id, { email: null }))?.email).toBeNull();
    const { id } = await host.users.create({ email: 'only@example.org' });
    await expect(host.users.update(id, { email: null })).rejects.toThrow(InvalidInputError);
  });

  it('[2.7] corrects the address of who waits: it stays free until confirmed, and the new link has his password', async () => {
    await host.users.register({ username: 'bob', email: 'typo@example.org', password: PASSWORD });
    await host.settled();
    const { token } = host.inbox.last('confirm-email', 'typo@example.org');
    await host.users.update({ username: 'bob' }, { email: 'bob@example.org' });
    expect(await host.users.find({ email: 'bob@example.org' })).toBeNull();
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    await host.users.requestEmailConfirmation({ username: 'bob' });
    await host.settled();
    await host.users.confirmEmail(host.inbox.last('confirm-email', 'bob@example.org').token);
    await login('bob@example.org');
  });

  it('[B-16] [B-101] [W12] by the user himself touches his display name and profile alone', async () => {
    const { id } = await host.user('ann', { email: 'ann@example.org', emailConfirmed: false });
    const wanted = {
      displayName: 'Ann',
      profile: 1,
      email: 'new@example.org',
      email_confirmed_at: 1,
      emailConfirmedAt: new Date(0),
      verified: true,
      isAdmin: true,
      data: { plan: 'gold' },
      roles: ['admin'],
      mustChangePassword: true,
      username: 'root',
      id: 'x',
      bannedAt: 1,
    };
    const before = await host.users.findOrFail(id);
    const after = await host.app.get(UserChanges).update(id, wanted, 'self');
    expect({ ...after }).toEqual({ ...before, displayName: 'Ann', profile: 1, updatedAt: host.clock.now() });
  });

  it('[W12] by an administrator’s form touches no data', async () => {
    const { id } = await host.user('ann');
    const after = await host.app.get(UserChanges).update(id, { data: { plan: 'gold' }, isAdmin: true, email: 'new@example.org' }, 'admin');
    expect([after?.data, after?.isAdmin, after?.email]).toEqual([null, false, 'new@example.org']);
  });
});

describe('changing a user name', () => {
  it('[2.8] keeps the user, his sessions and his password', async () => {
    const { id } = await host.user('ann');
    const { token } = await login('ann');
    host.clock.advance('1s');
    expect((await host.users.changeUsername(id, ' Anna ')).username).toBe('Anna');
    expect((await host.sessions.authenticate(token)).user.username).toBe('Anna');
    await login('anna');
    expect(await host.users.find({ username: 'ann' })).toBeNull();
    await host.user('ann', { email: 'other@example.org' });
  });

  it('[2.8] takes another spelling, refuses the very same one, and what is no name', async () => {
    const { id } = await host.user('ann');
    expect((await host.users.changeUsername(id, 'ANN')).username).toBe('ANN');
    await expect(host.users.changeUsername(id, 'ANN')).rejects.toMatchObject({ fields: { username: ['USERS_UNCHANGED'] } });
    for (const name of ['', ' ', 'a\0b', 'bob@example.org', null, undefined, {}])
      await expect(host.users.changeUsername(id, name as string)).rejects.toThrow(InvalidInputError);
    expect((await host.users.changeUsername(id, 'ann@example.org')).username).toBe('ann@example.org');
    await expect(host.users.changeUsername('nobody', 'x')).rejects.toThrow(NotFoundError);
  });

  it('[2.8] is found by what was typed, also where folding makes white space', async () => {
    const { id } = await host.user('ann');
    await host.users.changeUsername(id, '\u00a8bob');
    expect((await host.users.find({ username: '\u00a8bob' }))?.id).toBe(id);
    await expect(host.users.create({ username: '\u00a8bob' })).rejects.toThrow(UsernameTakenError);
  });
});

describe('the last log-in', () => {
  it('[2.10] is remembered with the user', async () => {
    await host.user('ann');
    host.clock.advance('2h');
    await login('ann');
    expect((await host.users.findOrFail({ username: 'ann' })).lastLoginAt).toEqual(host.clock.now());
    await expect(host.sessions.login({ login: 'ann', password: 'a wrong staple' })).rejects.toThrow();
  });
});

describe('lists', () => {
  const names = (users: readonly User[]): (string | null)[] => users.map(({ username, email }) => username ?? email);
  const all = async (request: object = {}): Promise<User[]> => {
    const users: User[] = [];
    for (let after: string | undefined; ;) {
      const page = await host.users.search({ ...request, limit: 3, ...(after && { after }) });
      users.push(...page.items);
      if (page.next === null) return users;
      after = page.next;
    }
  };
  beforeEach(async () => {
    for (const username of ['Carl', 'ann', 'Anna', 'a_n', 'a%n', 'bob', '100!', 'Ärger'])
      await host.users.create({
        username,
        displayName: `${username} of Troy`,
        email: `${username.replace('Ä', 'ae').replace('%', 'x')}@mail.example`,
      });
    await host.users.create({ email: 'nameless@example.org' });
    await host.users.create({ email: 'aaa@example.org', isAdmin: true });
    await host.users.register({ username: 'waits', email: 'waits@example.org', password: PASSWORD });
    await host.users.deactivate({ username: 'bob' });
  });

  it('[2.14] [2.15] come ordered by name, in pages that miss nobody and repeat nobody', async () => {
    const paged = await all();
    const whole = (await host.users.list({ limit: 200 })).items;
    expect(names(paged)).toEqual(names(whole));
    expect(new Set(paged.map(({ id }) => id)).size).toBe(await host.users.count());
    const plain = names(whole).filter((name) => /^[a-zA-Z@.]+$/.test(name ?? ''));
    expect(plain).toEqual(['aaa@example.org', 'ann', 'Anna', 'bob', 'Carl', 'nameless@example.org', 'waits']);
  });

  it('[2.14] begin as asked, with addresses too; every character stands for itself [W17]', async () => {
    expect(names(await all({ prefix: 'ANN' }))).toEqual(['ann', 'Anna']);
    expect(names(await all({ prefix: 'nameless@' }))).toEqual(['nameless@example.org']);
    expect([
      names(await all({ prefix: 'a_' })),
      names(await all({ prefix: 'a%' })),
      names(await all({ prefix: '100!' })),
      names(await all({ prefix: '%' })),
      names(await all({ prefix: '_' })),
    ]).toEqual([['a_n'], ['a%n'], ['100!'], [], []]);
    expect(names(await all({ prefix: 'ä' }))).toEqual(['Ärger']);
  });

  it('[2.14] [2.16] go by status and by the administrator’s flag', async () => {
    expect(names(await all({ status: 'disabled' }))).toEqual(['bob']);
    expect(names(await all({ status: 'pending' }))).toEqual(['waits']);
    expect(await all({ status: 'banned' })).toEqual([]);
    expect(names(await all({ isAdmin: true }))).toEqual(['aaa@example.org']);
    expect([
      await host.users.count(),
      await host.users.count({ status: 'active' }),
      await host.users.count({ isAdmin: false }),
      await host.users.count({ text: 'TROY' }),
    ]).toEqual([11, 9, 10, 8]);
  });

  it('[2.15] find what contains a text, in user name, address and display name, never as a pattern [W17]', async () => {
    expect(names(await all({ text: 'NN' }))).toEqual(['ann', 'Anna']);
    expect(names(await all({ text: 'nn of tr' }))).toEqual(['ann']);
    expect(names(await all({ text: 'waits@' }))).toEqual(['waits']);
    expect(await all({ text: '_n%' })).toEqual([]);
    expect(names(await all({ text: '(a+)+$' }))).toEqual([]);
    expect(names(await all({ text: 'troy', status: 'disabled' }))).toEqual(['bob']);
  });

  it('[2.14] come as a stream as well, over many pages', async () => {
    const streamed: User[] = [];
    for await (const user of host.users.stream()) streamed.push(user);
    expect(names(streamed)).toEqual(names(await all()));
  });

  it.each([
    [{ limit: 0 }],
    [{ limit: 201 }],
    [{ limit: '10' }],
    [{ after: 'x' }],
    [{ after: '' }],
    [{ after: Buffer.from('["a","b"]').toString('base64url') }],
    [{ after: Buffer.from('["a","\'; DROP"]').toString('base64url') }],
    [{ status: 'root' }],
    [{ status: ['active'] }],
    [{ prefix: 1 }],
    [{ prefix: 'x'.repeat(256) }],
    [{ text: { $regex: '.*' } }],
    [{ text: 'a\0' }],
    [{ isAdmin: 'true' }],
    [null],
    ['ann'],
  ])('[B-105] refuse %j', async (request) => {
    await expect(host.users.search(request as never)).rejects.toThrow(InvalidInputError);
  });

  it('[B-105] refuse a count of nonsense as a rejection, not as an exception', async () => {
    await expect(host.users.count({ status: 'root' } as never)).rejects.toThrow(InvalidInputError);
  });

  it('[B-44] know no filter and no order of their caller’s', async () => {
    expect(await host.users.count({ usernameKey: 'ann', hash: 'x', where: { isAdmin: true } } as never)).toBe(11);
  });
});
