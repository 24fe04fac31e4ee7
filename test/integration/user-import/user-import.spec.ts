import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { type ImportRow, idOfLegacy, UsersImported } from 'nestjs-users';
import { defaultPasswordHasher } from '../../../lib/passwords/default-password-hasher.js';
import { resolvePasswordsOptions } from '../../../lib/passwords/passwords.options.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const people = (count: number): ImportRow[] =>
  Array.from({ length: count }, (_, index) => ({ legacyId: `${index}`, username: `person-${index}`, email: `p${index}@example.org` }));

describe('the import of users', () => {
  let host: HostApp;
  beforeEach(async () => {
    const hasher = await defaultPasswordHasher(resolvePasswordsOptions(undefined, new Issues()), new SystemRandomSource());
    host = await HostApp.start({ ports: { hasher } });
  });
  afterEach(() => host.close());

  it('brings a bcrypt password over, and the first log-in makes it argon2id', async () => {
    const passwordHash = await bcrypt.hash(PASSWORD, 4);
    const report = await host.users.import([
      { legacyId: '7', username: 'ann', email: 'Ann@example.org', emailConfirmed: true, passwordHash, createdAt: '2019-05-01' },
    ]);
    expect(report).toEqual({ read: 1, imported: 1, present: 0, faults: [] });
    const { user } = await host.sessions.login({ email: 'ann@example.org', password: PASSWORD });
    expect(user.id).toBe(idOfLegacy('legacy', '7'));
    expect(user.createdAt).toEqual(new Date('2019-05-01'));
    const rows = (await host.dataSource.query('SELECT hash FROM auth_passwords')) as { hash: string }[];
    expect(rows[0]?.hash).toMatch(/^\$argon2id\$/);
  });

  it('gives each user his own hash, not a neighbour’s', async () => {
    const hashOf = (index: number): string => `$2b$04$${'x'.repeat(49)}${String(index).padStart(4, '0')}`;
    const rows = people(40).map((row, index) => ({ ...row, passwordHash: hashOf(index) }));
    expect(await host.users.import(rows)).toMatchObject({ imported: 40, faults: [] });
    const q = (name: string): string => host.dataSource.driver.escape(name);
    const stored: { userId: string; hash: string }[] = await host.dataSource.query(
      `SELECT ${q('userId')}, ${q('hash')} FROM ${q('auth_passwords')}`,
    );
    const byUser = Object.fromEntries(stored.map(({ userId, hash }) => [userId, hash]));
    expect(byUser).toEqual(Object.fromEntries(rows.map(({ legacyId }, index) => [idOfLegacy('legacy', legacyId), hashOf(index)])));
  });

  it('goes on where it was stopped, and repeats without harm', async () => {
    const rows = people(1_200);
    const stopped = (function* () {
      yield* rows.slice(0, 700);
      throw new Error('the power failed');
    })();
    await expect(host.users.import(stopped)).rejects.toThrow('the power failed');
    expect(await host.users.count()).toBe(500);
    expect(await host.users.import(rows)).toEqual({ read: 1_200, imported: 700, present: 500, faults: [] });
    expect(await host.users.import(rows)).toEqual({ read: 1_200, imported: 0, present: 1_200, faults: [] });
    expect(await host.users.count()).toBe(1_200);
  });

  it('reports in a dry run what would fail, and writes nothing', async () => {
    await host.users.create({ username: 'taken', email: 'taken@example.org' });
    const rows = [
      { legacyId: '1', email: 'Ann@example.org' },
      { legacyId: '2', email: 'ann@EXAMPLE.org' },
      { legacyId: '3', username: 'TAKEN' },
      { legacyId: '4', username: 'bob', passwordHash: 'md5:900150983cd24fb0d6963f7d28e17f72' },
      { legacyId: '5', email: 'no address' },
      { legacyId: '5', username: 'carl' },
      { legacyId: '5', username: 'dora' },
    ];
    const report = await host.users.import(rows, { dryRun: true });
    expect(report.faults).toEqual([
      { row: 2, legacyId: '2', fields: { email: ['USERS_EMAIL_TAKEN'] } },
      { row: 4, legacyId: '4', fields: { passwordHash: ['USERS_HASH_UNKNOWN'] } },
      { row: 5, legacyId: '5', fields: { email: ['USERS_EMAIL_INVALID'] } },
      { row: 7, legacyId: '5', fields: { legacyId: ['USERS_REPEATED'] } },
      { row: 3, legacyId: '3', fields: { username: ['USERS_USERNAME_TAKEN'] } },
    ]);
    expect([report.imported, await host.users.count()]).toEqual([2, 1]);
    expect(await host.users.import(rows)).toEqual({ ...report, imported: 2 });
  });

  it('refuses hostile rows one by one and imports the others', async () => {
    const hostile = [
      null,
      7,
      'x',
      [],
      {},
      { legacyId: 5 },
      { legacyId: 'a', username: '\ud800' },
      { legacyId: 'b', username: 'x'.repeat(1_000_000) },
      { legacyId: 'c', username: { $gt: '' } },
    ];
    const report = await host.users.import([...(hostile as ImportRow[]), ...people(2)]);
    expect([report.imported, report.faults.length]).toEqual([2, hostile.length]);
  });

  it('refuses a hash that would cost too much to verify [B-61]', async () => {
    const { faults } = await host.users.import([
      {
        legacyId: '1',
        username: 'ann',
        passwordHash: '$argon2id$v=19$m=8388608,t=1000,p=1$c29tZXNhbHQ$QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo',
      },
      { legacyId: '2', username: 'bob', passwordHash: '$2b$20$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy' },
    ]);
    expect(faults.map(({ fields }) => fields)).toEqual([
      { passwordHash: ['USERS_HASH_UNKNOWN'] },
      { passwordHash: ['USERS_HASH_UNKNOWN'] },
    ]);
  });

  it('lets two imports at once write each row once', async () => {
    const reports = await Promise.all([host.users.import(people(300)), host.users.import(people(300))]);
    expect(await host.users.count()).toBe(300);
    expect(reports.reduce((sum, { imported }) => sum + imported, 0)).toBe(300);
  });

  it('tells of each batch, not of each user', async () => {
    const counts: number[] = [];
    host.events.on(UsersImported, ({ count }) => counts.push(count));
    await host.users.import(people(700));
    expect(counts).toEqual([500, 200]);
  });
});
