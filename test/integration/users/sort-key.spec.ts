import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database } from '../../../lib/persistence/database.js';
import { type UserRow, UserStore } from '../../../lib/users/user.store.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { nextId } from '../../support/persistence.js';

const EMPTY = { usernameKey: null, emailKey: null, email: null };
const NAMES = Object.keys(EMPTY) as (keyof typeof EMPTY)[];

/** Each choice for each of the names, all together. */
function everyChoice(choices: readonly (string | null | undefined)[]): UserRow[] {
  return NAMES.reduce<UserRow[]>((rows, name) => rows.flatMap((row) => choices.map((choice) => ({ ...row, [name]: choice }))), [{}]);
}

describe('what a user is listed by', () => {
  let host: HostApp;
  beforeAll(async () => {
    host = await HostApp.start();
  });
  afterAll(() => host.close());

  async function keyOf(id: string): Promise<string> {
    const q = (name: string): string => host.dataSource.driver.escape(name);
    const [row] = (await host.dataSource.query(`SELECT ${q('sortKey')} FROM auth_users WHERE id = '${id}'`)) as [{ sortKey: string }];
    return row.sortKey;
  }

  async function mailed(kind: string): Promise<string> {
    await host.settled();
    const found = host.inbox.notifications.findLast((notification) => notification.kind === kind);
    return found !== undefined && 'token' in found ? found.token : `no mail ${kind}`;
  }

  it('is his user name, whatever becomes of his address', async () => {
    const { id } = await host.users.create({ username: 'Ann', email: 'z@example.org' });
    expect(await keyOf(id)).toBe('ann');
    await host.users.update(id, { email: 'y@example.org' });
    await host.users.requestEmailChange(id, 'x@example.org');
    await host.users.confirmEmail(await mailed('confirm-new-email'));
    expect(await host.users.find(id)).toMatchObject({ email: 'x@example.org' });
    expect(await keyOf(id)).toBe('ann');
    await host.users.update(id, { email: null });
    expect(await keyOf(id)).toBe('ann');
    await host.users.changeUsername(id, 'Änne');
    expect(await keyOf(id)).toBe('änne');
  });

  it('is his address where he has no user name, folded once it is his', async () => {
    await host.users.register({ email: 'Bea@Example.org', password: PASSWORD });
    const [waiting] = (await host.users.list({ status: 'pending' })).items;
    expect(await keyOf(waiting!.id)).toBe('Bea@Example.org');
    const { id } = await host.users.confirmEmail(await mailed('confirm-email'));
    expect(await keyOf(id)).toBe('bea@example.org');
    await host.users.update(id, { email: 'BEA@example.org' });
    expect(await keyOf(id)).toBe('bea@example.org');
    await host.users.update(id, { email: 'bella@example.org' });
    expect(await keyOf(id)).toBe('bella@example.org');
    await host.users.requestEmailChange(id, 'beate@example.org');
    await host.users.confirmEmail(await mailed('confirm-new-email'));
    expect(await keyOf(id)).toBe('beate@example.org');
    await host.users.changeUsername(id, 'bea');
    expect(await keyOf(id)).toBe('bea');
  });

  it('is nothing once he is anonymised', async () => {
    const { id } = await host.user('cid');
    await host.users.anonymise(id);
    expect(await keyOf(id)).toBe('');
  });

  it('is set for who is invited, imported or comes by social sign-in', async () => {
    await host.users.invite({ email: 'Dora@example.org' });
    const { id } = await host.users.acceptInvitation({ token: await mailed('invitation'), username: 'Dora', password: PASSWORD });
    expect(await keyOf(id)).toBe('dora');
    await host.users.import([{ legacyId: '1', email: 'Emil@example.org', emailConfirmed: true }]);
    expect(await keyOf((await host.users.findOrFail({ email: 'emil@example.org' })).id)).toBe('emil@example.org');
    const profile = { provider: 'idp', subject: '1', email: 'Fay@example.org', emailVerified: true };
    const { user } = await host.users.signInBySocial(profile);
    expect(await keyOf(user.id)).toBe('fay@example.org');
  });

  it('follows every change of every name from every state, or the table would refuse it', async () => {
    const [store, on] = [host.app.get(UserStore), host.app.get(Database)];
    const [id, instants] = [nextId(), { createdAt: new Date(), updatedAt: new Date() }];
    await store.insert(on, { ...EMPTY, ...instants, id });
    const patches = everyChoice([undefined, null, 'new']);
    for (const before of everyChoice([null, 'old'])) {
      for (const patch of patches) {
        expect(await store.update(on, id, before)).toBe(true);
        expect(await store.update(on, id, { ...patch, ...instants })).toBe(true);
        const [first = ''] = NAMES.flatMap((name) => (patch[name] === undefined ? before[name] : patch[name]) ?? []);
        expect([before, patch, await keyOf(id)]).toEqual([before, patch, first]);
      }
    }
    expect(patches).toHaveLength(27);
  });
});

describe('a list of users who have no names, or the same', () => {
  let host: HostApp;
  beforeAll(async () => {
    host = await HostApp.start();
  });
  afterAll(() => host.close());

  it.each([{}, { status: 'disabled' }, { isAdmin: false }] as const)('misses nobody and repeats nobody (%j)', async (filter) => {
    if ((await host.users.count()) === 0) {
      for (let index = 0; index < 12; index += 1) await host.users.anonymise((await host.user(`user${index}`)).id);
      await host.user('ann');
    }
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await host.users.list({ ...filter, limit: 5, after });
      paged.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      after = page.next;
    }
    expect(new Set(paged).size).toBe(paged.length);
    const nameless = paged.slice(0, 12);
    expect(nameless).toEqual([...nameless].sort());
    expect(paged).toHaveLength(await host.users.count(filter));
  });
});
