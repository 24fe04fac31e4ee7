import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InvalidInputError,
  InvalidTokenError,
  LastAdminError,
  NotFoundError,
  type SessionContext,
  UserBanned,
  UserUnbanned,
} from 'nestjs-users';
import { newId } from '../../../lib/kernel/id.js';
import { RandomSource } from '../../../lib/kernel/random-source.port.js';
import { Database } from '../../../lib/persistence/database.js';
import { SessionStore } from '../../../lib/sessions/session.store.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { losses, race } from '../../support/race.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
});
afterEach(() => host.close());

const login = (name = 'ann') => host.sessions.login({ login: name, password: PASSWORD });
const later = (hours: number): Date => new Date(host.clock.now().getTime() + hours * 3_600_000);

describe('a ban', () => {
  it('[5.6] [B-72] [W6] is felt at the very next request: sessions and links are gone, and nobody signs in', async () => {
    const ann = await host.user();
    const { token } = await login();
    const reset = await host.resets.issue(ann.id);
    const banned = await host.users.ban(ann.id, { reason: 'spam in comments', until: later(24) });
    expect(banned).toMatchObject({ status: 'banned', banReason: 'spam in comments', bannedAt: host.clock.now(), bannedUntil: later(24) });
    expect((await host.sessions.check(token)).status).toBe('not_found');
    await expect(host.resets.reset(reset.token, 'a newer staple')).rejects.toThrow(InvalidTokenError);
    await expect(login()).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
    await expect(host.sessions.open(ann.id)).rejects.toThrow(NotFoundError);
    await host.resets.request({ login: 'ann' });
    await host.settled();
    expect(host.inbox.to('ann@example.org')).toEqual([]);
  });

  it('[5.6] refuses also a session that outlived it, such as one written by hand', async () => {
    const ann = await host.user();
    const { token, session } = await login();
    const [store, database] = [host.app.get(SessionStore), host.app.get(Database)];
    const row = await store.findById(database, session.id);
    await host.users.ban(ann.id);
    await store.insert(database, row!);
    expect((await host.sessions.check(token)).status).toBe('inactive');
  });

  it('[5.6] ends by itself at its very millisecond, and tells nobody', async () => {
    const seen: string[] = [];
    host.events.on(UserUnbanned, ({ userId }) => seen.push(userId));
    const { id } = await host.user();
    await host.users.ban(id, { until: later(1).toISOString() });
    host.clock.advance('3599.999s');
    await expect(login()).rejects.toThrow();
    host.clock.advance('0.001s');
    await login();
    expect(await host.users.find(id)).toMatchObject({ status: 'active' });
    expect((await host.users.listBanned()).items).toEqual([]);
    expect(await host.users.unban(id)).toMatchObject({ bannedAt: null, bannedUntil: null });
    expect(seen).toEqual([]);
  });

  it('[5.6] is lifted, again without effect, and the user signs in anew', async () => {
    const seen: string[] = [];
    host.events.on(UserUnbanned, ({ name, userId }) => seen.push(`${name} ${userId}`));
    const { id } = await host.user();
    await host.users.ban(id, { reason: 'x' });
    for (let times = 0; times < 2; times += 1)
      expect(await host.users.unban({ username: 'ann' })).toMatchObject({ status: 'active', bannedAt: null, banReason: null });
    await login();
    expect(seen).toEqual([`user.unbanned ${id}`]);
  });

  it('[5.6] again changes reason and end, not its beginning, and the very same tells nobody', async () => {
    const seen: UserBanned[] = [];
    host.events.on(UserBanned, (event) => seen.push(event));
    const root = await host.user('root', { isAdmin: true });
    const { id } = await host.user();
    const { bannedAt } = await host.users.ban(id, { reason: 'spam', by: root.id });
    host.clock.advance('1h');
    expect((await host.users.ban(id, { reason: 'spam', until: null })).bannedAt).toEqual(bannedAt);
    expect(await host.users.ban(id, { until: later(1) })).toMatchObject({ bannedAt, banReason: null, bannedById: null });
    expect(seen.map(({ userId, reason, until, byId }) => ({ userId, reason, until, byId }))).toEqual([
      { userId: id, reason: 'spam', until: null, byId: root.id },
      { userId: id, reason: null, until: later(1), byId: null },
    ]);
    host.clock.advance('2h');
    expect((await host.users.ban(id)).bannedAt).toEqual(host.clock.now());
  });

  it('[5.6] is toggled, listed with its reason, and forgets who imposed it when that one is deleted', async () => {
    const root = await host.user('root', { isAdmin: true });
    await host.user('zoe', { isAdmin: true });
    const [ann, bob] = [await host.user('ann'), await host.user('bob')];
    expect(await host.users.toggleBan(bob.id, { reason: 'rude', by: root.id })).toBe(true);
    expect(await host.users.toggleBan(ann.id)).toBe(true);
    const page = await host.users.listBanned({ limit: 1 });
    expect(page.items.map(({ id }) => id)).toEqual([ann.id]);
    const rest = await host.users.listBanned({ limit: 1, after: page.next! });
    expect(rest.items).toMatchObject([{ id: bob.id, banReason: 'rude', bannedById: root.id, bannedUntil: null }]);
    await host.users.delete(root.id);
    expect(await host.users.find(bob.id)).toMatchObject({ status: 'banned', bannedById: null });
    expect([await host.users.toggleBan(bob.id), await host.users.toggleBan(ann.id)]).toEqual([false, false]);
    expect((await host.users.listBanned()).items).toEqual([]);
  });

  it('[5.6] of somebody who is deactivated too stands on its own', async () => {
    const { id } = await host.user();
    await host.users.deactivate(id);
    expect((await host.users.ban(id)).status).toBe('disabled');
    expect((await host.users.activate(id)).status).toBe('banned');
    expect(await host.users.toggleBan(id)).toBe(false);
  });

  it('[5.6] checks what it is given', async () => {
    const { id } = await host.user();
    const bad: unknown[] = [
      { reason: '' },
      { reason: 'x'.repeat(501) },
      { reason: 'a\0b' },
      { reason: 7 },
      { reason: '\ud800' },
      { until: host.clock.now() },
      { until: 'tomorrow' },
      { until: '2027-01-01' },
      { until: '2027-01-01T00:00' },
      { until: Number.NaN },
      { until: 9e15 },
      { until: {} },
      { until: [later(1)] },
      { until: true },
      { by: 'root' },
      { by: {} },
      [],
      null,
      'spam',
    ];
    for (const details of bad) await expect(host.users.ban(id, details as never)).rejects.toThrow(InvalidInputError);
    await expect(host.users.ban('nobody')).rejects.toThrow(NotFoundError);
    await expect(host.users.unban({ username: 'nobody' })).rejects.toThrow(NotFoundError);
    await expect(host.users.toggleBan('nobody')).rejects.toThrow(NotFoundError);
    expect(await host.users.find(id)).toMatchObject({ status: 'active' });
  });

  it('[5.6] never hits the last administrator', async () => {
    const root = await host.user('root', { isAdmin: true });
    await host.user('ann');
    await expect(host.users.ban(root.id, { until: later(1) })).rejects.toThrow(LastAdminError);
    await expect(host.users.toggleBan(root.id)).rejects.toThrow(LastAdminError);
    expect(await host.users.find(root.id)).toMatchObject({ status: 'active', bannedAt: null });
    const zoe = await host.user('zoe', { isAdmin: true });
    await host.users.ban(root.id);
    await expect(host.users.deactivate(zoe.id)).rejects.toThrow(LastAdminError);
  });

  it('[5.6] is undone with the transaction of the host that it joined', async () => {
    const { id } = await host.user();
    const { token } = await login();
    await expect(
      host.dataSource.transaction(async (manager) => {
        await host.users.within(manager).ban(id);
        throw new Error('undone');
      }),
    ).rejects.toThrow('undone');
    expect((await host.sessions.check(token)).status).toBe('ok');
  });

  it('[5.6] does not show its reason to the user', async () => {
    const { id } = await host.user();
    const { token } = await login();
    const context: SessionContext = await host.sessions.authenticate(token);
    await host.users.ban(id, { reason: 'PRIVATE' });
    const user = await host.users.findOrFail(id);
    expect(JSON.stringify([user, context.user])).not.toContain('PRIVATE');
  });
});

describe('racing bans', () => {
  const ROUNDS = 10;

  it('[5.6] [B-30] 15 log-ins beside a ban leave no session', async () => {
    const { id } = await host.user();
    for (let round = 0; round < ROUNDS; round += 1) {
      await race<unknown>(16, async (index) => {
        await new Promise((resolve) => setTimeout(resolve, index % 4));
        return index === 8 ? host.users.ban(id) : login();
      });
      expect((await host.sessions.list({ userId: id })).items).toEqual([]);
      await host.users.unban(id);
      await login();
    }
  }, 60_000);

  it('[5.6] [B-30] log-ins that look at the user and then insert leave one behind (the control)', async () => {
    const { id } = await host.user();
    const { session } = await login();
    const [store, database, random] = [host.app.get(SessionStore), host.app.get(Database), host.app.get(RandomSource)];
    const row = await store.findById(database, session.id);
    // The worst that may happen to them, in order: on a busy machine a race would not always come to it.
    const seen = await Promise.all(Array.from({ length: 15 }, () => host.users.find(id)));
    await host.users.ban(id);
    await race(15, (index) => {
      if (seen[index]?.status !== 'active') throw new NotFoundError();
      return store.insert(database, { ...row!, id: newId(host.clock.now(), random) });
    });
    expect((await host.sessions.list({ userId: id })).items.length).toBeGreaterThan(0);
  });

  it('[5.6] [B-33] two administrators who ban each other leave one', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const ids = [(await host.user(`a${round}`, { isAdmin: true })).id, (await host.user(`b${round}`, { isAdmin: true })).id];
      for (const { id } of (await host.users.list({ isAdmin: true })).items) if (!ids.includes(id)) await host.users.delete(id);
      expect(losses(await race(2, (index) => host.users.ban(ids[1 - index] ?? '')))).toEqual(['LastAdminError']);
      expect(await host.users.count({ isAdmin: true, status: 'active' })).toBe(1);
    }
  });

  it('[5.6] sixteen toggles at once are sixteen toggles', async () => {
    const { id } = await host.user();
    await race(15, () => host.users.toggleBan(id));
    expect((await host.users.find(id))?.status).toBe('banned');
    await race(16, () => host.users.toggleBan(id));
    expect((await host.users.find(id))?.status).toBe('banned');
  });

  it('[5.6] one who toggles by looking first loses toggles (the control)', async () => {
    const { id } = await host.user();
    // All have looked before the first acts: on a busy machine a pause would not see to that.
    const toggles = async (count: number): Promise<void> => {
      const seen = await Promise.all(Array.from({ length: count }, () => host.users.find(id)));
      await race(count, (index) => (seen[index]?.status === 'banned' ? host.users.unban(id) : host.users.ban(id)));
    };
    await toggles(15);
    await toggles(16);
    expect((await host.users.find(id))?.status).toBe('active');
  });
});
