import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UserAnonymised } from 'nestjs-users';
import { auditLog } from 'nestjs-users/audit-log';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const FROM = { ip: '203.0.113.77', userAgent: 'marked-agent' };
const NAMES = [
  'marked-ann',
  'marked-anna',
  'ann@marked.example.org',
  'new@marked.example.org',
  'Marked Lee',
  'marked-reason',
  'marked-note',
];

describe('what is kept about a person', () => {
  let host: HostApp;
  let id: string;
  beforeEach(async () => {
    host = await HostApp.start({ extensions: [auditLog()] });
    await host.user('root', { isAdmin: true });
    id = await busyDay();
  });
  afterEach(() => host.close());

  /** Leaves a trace in every table that can hold one. */
  async function busyDay(): Promise<string> {
    const ann = await host.users.create({
      ...{ username: 'marked-ann', email: 'ann@marked.example.org', emailConfirmed: true, password: PASSWORD },
      ...{ displayName: 'Marked Lee', profile: { note: 'marked-note' }, data: { note: 'marked-note' }, isAdmin: true },
    });
    await host.sessions.login({ login: 'marked-ann', password: 'wrong horse' }, FROM).catch(() => undefined);
    await host.sessions.login({ login: 'marked-ann', password: PASSWORD, deviceName: 'marked-note' }, FROM);
    await host.users.changeUsername(ann.id, 'marked-anna');
    const bob = await host.user('bob');
    await host.users.ban(bob.id, { reason: 'spam', by: ann.id });
    await host.users.ban(ann.id, { reason: 'marked-reason', by: bob.id });
    await host.users.unban(ann.id);
    // After the ban, which voids what is pending.
    await host.resets.request('marked-anna', FROM);
    await host.users.requestEmailChange(ann.id, 'new@marked.example.org');
    await host.sessions.login({ login: 'marked-anna', password: PASSWORD }, FROM);
    await host.settled();
    return ann.id;
  }

  /** All columns of all tables, as texts. */
  async function dump(): Promise<Record<string, string>> {
    const tables: Record<string, string> = {};
    for (const { tableName, tablePath } of host.dataSource.entityMetadatas) {
      const path = tablePath.split('.').map((name) => host.dataSource.driver.escape(name));
      tables[tableName] = JSON.stringify(await host.dataSource.query(`SELECT * FROM ${path.join('.')}`));
    }
    return tables;
  }
  async function tablesWith(traces: readonly string[]): Promise<string[]> {
    const tables = Object.entries(await dump());
    return tables.flatMap(([name, text]) => traces.filter((trace) => text.includes(trace)).map((trace) => `${name}: ${trace}`));
  }

  it('is there to be found before', async () => {
    const found = await tablesWith([id, FROM.ip, 'marked-anna', 'new@marked.example.org']);
    expect(found).toEqual(
      expect.arrayContaining([`auth_users: ${id}`, `auth_sessions: ${FROM.ip}`, `auth_audit: ${id}`, `auth_tokens: ${id}`]),
    );
  });

  it('is gone from every table once he is deleted, with nothing that must stay', async () => {
    await host.users.delete(id);
    await host.settled();
    expect(await tablesWith([id, ...NAMES, FROM.ip, FROM.userAgent])).toEqual([]);
    expect(Object.keys(await dump()).sort()).toEqual(
      expect.arrayContaining(['auth_attempts', 'auth_audit', 'auth_passwords', 'auth_users']),
    );
  });

  it('is gone from every table once he is anonymised; the row stays with its id', async () => {
    const seen: string[] = [];
    host.events.on(UserAnonymised, ({ userId }) => seen.push(userId));
    const user = await host.users.anonymise(id);
    expect(user).toMatchObject({ id, username: null, email: null, displayName: null, isAdmin: false, status: 'disabled' });
    expect(await tablesWith([...NAMES, FROM.ip, FROM.userAgent])).toEqual([]);
    expect(await tablesWith([id])).toEqual([`auth_users: ${id}`]);
    for (const login of ['marked-anna', 'ann@marked.example.org'])
      await expect(host.sessions.login({ login, password: PASSWORD })).rejects.toMatchObject({ code: 'USERS_INVALID_CREDENTIALS' });
    expect([seen, await host.users.count({ isAdmin: true })]).toEqual([[id], 1]);
    await host.user('marked-anna');
  });

  it('keeps the last administrator from vanishing, and knows nobody where nobody is', async () => {
    await host.users.anonymise(id);
    await expect(host.users.anonymise({ username: 'root' })).rejects.toMatchObject({ code: 'USERS_LAST_ADMIN' });
    for (const act of [() => host.users.anonymise('nobody'), () => host.users.exportPersonalData('nobody')])
      await expect(act()).rejects.toMatchObject({ code: 'USERS_NOT_FOUND' });
    expect((await host.users.findOrFail({ username: 'root' })).status).toBe('active');
  });

  it('is given to him whole, and opens nothing', async () => {
    const data = await host.users.exportPersonalData(id);
    expect(data.user).toMatchObject({ id, username: 'marked-anna', email: 'ann@marked.example.org', displayName: 'Marked Lee' });
    expect(data.sessions.map(({ ip, userAgent }) => [ip, userAgent])).toEqual([[FROM.ip, FROM.userAgent]]);
    expect(data.links.length).toBeGreaterThan(0);
    const secrets = Object.values(await dump()).flatMap((text) =>
      [...text.matchAll(/"(?:secretHash|hash)":"([^"]+)"/g)].map(([, value]) => value ?? ''),
    );
    expect(secrets.length).toBeGreaterThan(2);
    for (const secret of secrets) expect(JSON.stringify(data)).not.toContain(secret);
  });
});
