import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AdminChanged,
  InvalidInputError,
  InvalidTokenError,
  LastAdminError,
  NotFoundError,
  SessionsEnded,
  UserDeactivated,
  UserDeleted,
} from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { losses, race, winners } from '../../support/race.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
});
afterEach(() => host.close());

const sessionOf = (name: string) => host.sessions.login({ login: name, password: PASSWORD });
const rowsIn = async (table: string): Promise<number> =>
  Number(((await host.dataSource.query(`SELECT COUNT(*) AS n FROM ${table}`)) as { n: number | string }[])[0]?.n);

describe('deactivating', () => {
  it('[2.5] [W6] ends the sessions and the open links, and deletes nothing', async () => {
    const ann = await host.user('ann');
    const { token } = await sessionOf('ann');
    const reset = await host.resets.issue(ann.id);
    expect((await host.users.deactivate(ann.id)).status).toBe('disabled');
    expect((await host.sessions.check(token)).status).toBe('not_found');
    await expect(host.resets.reset(reset.token, 'a newer staple')).rejects.toThrow(InvalidTokenError);
    await expect(sessionOf('ann')).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
    await host.users.activate(ann.id);
    await sessionOf('ann');
  });

  it('[2.5] is idempotent, and tells once', async () => {
    const seen: string[] = [];
    host.events.on(UserDeactivated, ({ userId }) => seen.push(userId));
    const { id } = await host.user('ann');
    const { disabledAt } = await host.users.deactivate(id);
    host.clock.advance('1h');
    expect((await host.users.deactivate(id)).disabledAt).toEqual(disabledAt);
    expect(seen).toEqual([id]);
    await expect(host.users.deactivate({ username: 'nobody' })).rejects.toThrow(NotFoundError);
  });
});

describe('deleting', () => {
  it('[2.6] [W25] takes password, sessions and links with it, and tells', async () => {
    const seen: string[] = [];
    host.events.on(UserDeleted, ({ userId }) => seen.push(userId));
    host.events.on(SessionsEnded, () => seen.push('sessions'));
    const { id } = await host.user('ann');
    const { token } = await sessionOf('ann');
    await host.resets.issue(id);
    expect(await host.users.delete({ username: 'ann' })).toBe(true);
    expect([
      await rowsIn('auth_users'),
      await rowsIn('auth_passwords'),
      await rowsIn('auth_sessions'),
      await rowsIn('auth_tokens'),
    ]).toEqual([0, 0, 0, 0]);
    expect((await host.sessions.check(token)).status).toBe('not_found');
    expect(seen).toEqual(['sessions', id]);
    await host.user('ann');
  });

  it('[2.6] deleting one user sixteen times says true once', async () => {
    const { id } = await host.user('ann');
    const results = await race(16, () => host.users.delete(id));
    expect(winners(results).filter(Boolean)).toEqual([true]);
    expect(losses(results)).toEqual([]);
  });

  it('[2.6] says whether there was somebody', async () => {
    for (const ref of ['nobody', '00000000-0000-7000-8000-000000000000', { username: 'nobody' }, { login: 'no@body.org' }])
      expect(await host.users.delete(ref)).toBe(false);
    await expect(host.users.deleteOrFail('nobody')).rejects.toThrow(NotFoundError);
  });

  it('[2.6] lets a handler inside the transaction delete first what points to the user', async () => {
    const { id } = await host.user('ann');
    const type = host.dataSource.options.type === 'better-sqlite3' ? 'varchar(36)' : 'uuid';
    await host.dataSource.query(`CREATE TABLE notes (owner ${type} NOT NULL, FOREIGN KEY (owner) REFERENCES auth_users(id))`);
    await host.dataSource.query(`INSERT INTO notes VALUES ('${id}')`);
    await expect(host.users.delete(id)).rejects.toThrow();
    expect(await host.users.find(id)).not.toBeNull();
    host.events.on(UserDeleted, (_, manager) => manager.query('DELETE FROM notes'), { inTransaction: true });
    expect(await host.users.delete(id)).toBe(true);
  });
});

describe('the administrator’s flag', () => {
  it('[5.1] is given and taken, seen by live sessions, and told when it changes', async () => {
    const seen: boolean[] = [];
    host.events.on(AdminChanged, ({ isAdmin }) => seen.push(isAdmin));
    await host.user('root', { isAdmin: true });
    const { id } = await host.user('ann');
    const { token } = await sessionOf('ann');
    expect(await host.users.isAdmin(id)).toBe(false);
    expect((await host.users.setAdmin(id)).isAdmin).toBe(true);
    await host.users.setAdmin(id, true);
    expect((await host.sessions.authenticate(token)).user.isAdmin).toBe(true);
    await host.users.setAdmin(id, false);
    expect([await host.users.isAdmin(id), (await host.sessions.authenticate(token)).user.isAdmin]).toEqual([false, false]);
    expect(seen).toEqual([true, false]);
  });

  it('[5.1] is a flag of somebody', async () => {
    const { id } = await host.user('ann');
    for (const value of ['true', 1, null, {}]) await expect(host.users.setAdmin(id, value as never)).rejects.toThrow(InvalidInputError);
    await expect(host.users.setAdmin('nobody')).rejects.toThrow(NotFoundError);
    await expect(host.users.isAdmin('nobody')).rejects.toThrow(NotFoundError);
  });

  it('[5.1] [W13] stays with the last one: no way leaves nobody', async () => {
    const root = await host.user('root', { isAdmin: true });
    const off = await host.user('off', { isAdmin: true });
    await host.users.deactivate(off.id);
    await host.user('ann');
    for (const act of [
      () => host.users.setAdmin(root.id, false),
      () => host.users.deactivate(root.id),
      () => host.users.delete(root.id),
      () => host.users.deleteOrFail(root.id),
    ]) {
      await expect(act()).rejects.toThrow(LastAdminError);
    }
    expect(await host.users.find(root.id)).toMatchObject({ isAdmin: true, status: 'active' });
    // Who cannot act is no last administrator.
    await host.users.setAdmin(off.id, false);
    await host.users.delete(off.id);
    await host.users.setAdmin({ username: 'ann' });
    await host.users.delete(root.id);
  });

  it('[5.1] is nobody’s where nobody has it, and no act is refused for that', async () => {
    await host.user('ann');
    await host.users.deactivate({ username: 'ann' });
    expect(await host.users.delete({ username: 'ann' })).toBe(true);
  });
});
