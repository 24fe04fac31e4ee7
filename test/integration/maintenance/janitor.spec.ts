import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Janitor } from '../../../lib/maintenance/janitor.js';
import { testEngine } from '../../support/database.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { manySessions } from '../../support/many-sessions.js';
import { Statements } from '../../support/statements.js';

const FROM = { ip: '192.0.2.7', userAgent: null };

describe('the janitor', () => {
  let host: HostApp;
  beforeEach(async () => {
    host = await HostApp.start();
  });
  afterEach(() => host.close());

  const sweep = (): Promise<void> => host.app.get(Janitor).sweepAll();
  const rowsOf = async (table: string): Promise<number> => {
    const rows = (await host.dataSource.query(`SELECT COUNT(*) AS n FROM ${table}`)) as { n: string | number }[];
    return Number(rows[0]?.n);
  };

  it('[4.14] deletes the sessions that are over, and no other', async () => {
    const { id } = await host.user();
    await host.sessions.open(id);
    host.clock.advance('9d');
    const live = await host.sessions.open(id);
    host.clock.advance('2d');
    await sweep();
    expect((await host.sessions.list()).items.map((session) => session.id)).toEqual([live.session.id]);
  });

  it('[4.14] goes through old sessions in batches, and leaves those that are still used', async () => {
    const { id: userId } = await host.user();
    const start = host.clock.now();
    await manySessions(host.dataSource, { userId, count: 300, at: start });
    const used = await manySessions(host.dataSource, {
      userId,
      count: 300,
      at: start,
      more: { lastSeenAt: new Date(+start + 9 * 86_400_000) },
    });
    const kept = await manySessions(host.dataSource, { userId, count: 3, at: start, more: { fixed: true } });
    const ended = new Date(+start + 60_000);
    await manySessions(host.dataSource, { userId, count: 300, at: start, more: { fixed: true, endsAt: ended } });
    host.clock.advance('11d');
    const statements = Statements.of(host.dataSource);
    const deletes = (await statements.before(sweep)).filter((text) => text.startsWith('DELETE') && text.includes('auth_sessions'));
    expect(deletes.length).toBeGreaterThan(3);
    const left = (await host.dataSource.query('SELECT id FROM auth_sessions')) as { id: string }[];
    expect(left.map(({ id }) => id).sort()).toEqual([...used, ...kept].sort());
  });

  const ON_SQLITE = testEngine() === 'sqlite';
  const isCopy = (text: string): boolean => text.includes('wal_checkpoint');

  it('has what it wrote to the log of SQLite copied after each batch, and asks no other engine for it', async () => {
    const { id: userId } = await host.user();
    await manySessions(host.dataSource, { userId, count: 300, at: host.clock.now() });
    await host.sessions.login({ login: 'nobody', password: PASSWORD }, FROM).catch(() => undefined);
    host.clock.advance('11d');
    const sent = await Statements.of(host.dataSource).before(sweep);
    const copies = sent.filter(isCopy).length;
    // Between the two it is asked whether the host wants it.
    const afterDeletes = sent.filter((text, at) => text.startsWith('DELETE') && isCopy(sent[at + 2] ?? '')).length;
    const batches = sent.filter((text) => /^DELETE.*auth_(sessions|attempts)/.test(text)).length;
    expect(batches).toBeGreaterThanOrEqual(2);
    expect({ isCopied: copies > 0, afterDeletes }).toEqual({ isCopied: ON_SQLITE, afterDeletes: ON_SQLITE ? batches : 0 });
  });

  if (ON_SQLITE)
    it('leaves the log alone where the host has turned the copying off', async () => {
      await host.dataSource.query('PRAGMA wal_autocheckpoint = 0');
      const { id: userId } = await host.user();
      await manySessions(host.dataSource, { userId, count: 300, at: host.clock.now() });
      host.clock.advance('40d');
      const sent = await Statements.of(host.dataSource).before(sweep);
      expect(sent.some((text) => text.startsWith('DELETE'))).toBe(true);
      expect(sent.filter(isCopy)).toEqual([]);
    });

  it("leaves the log alone inside a host's transaction, where nothing may be copied", async () => {
    const { id } = await host.user();
    await host.sessions.open(id);
    host.clock.advance('11d');
    expect(await host.dataSource.transaction((manager) => host.sessions.within(manager).purgeExpired())).toBe(1);
  });

  it('[4.14] deletes what a blackout shut out, however young', async () => {
    const { id } = await host.user();
    await host.sessions.open(id);
    await host.sessions.endAllBefore(host.clock.now());
    host.clock.advance('1s');
    const live = await host.sessions.open(id);
    await sweep();
    expect((await host.sessions.list({ state: 'all' })).items.map((session) => session.id)).toEqual([live.session.id]);
  });

  it('may run on many nodes at once', async () => {
    const { id: userId } = await host.user();
    await manySessions(host.dataSource, { userId, count: 600, at: host.clock.now() });
    host.clock.advance('11d');
    const live = await host.sessions.open(userId);
    const purged = await Promise.all(Array.from({ length: 4 }, () => host.sessions.purgeExpired()));
    expect(purged.reduce((sum, one) => sum + one)).toBe(600);
    expect((await host.sessions.list({ state: 'all' })).items.map((session) => session.id)).toEqual([live.session.id]);
  });

  it('deletes mailed tokens and registrations that nobody confirmed in time, and gives their names back', async () => {
    await host.users.register({ username: 'ann', email: 'ann@example.org', password: PASSWORD });
    await sweep();
    expect([await rowsOf('auth_users'), await rowsOf('auth_tokens')]).toEqual([1, 1]);
    host.clock.advance('13h');
    await sweep();
    expect([await rowsOf('auth_users'), await rowsOf('auth_tokens')]).toEqual([0, 0]);
  });

  it('deletes what was spent of limits once it means nothing any more', async () => {
    await host.sessions.login({ login: 'nobody', password: PASSWORD }, FROM).catch(() => undefined);
    await sweep();
    expect(await rowsOf('auth_attempts')).toBeGreaterThan(0);
    host.clock.advance('25h');
    await sweep();
    expect(await rowsOf('auth_attempts')).toBe(0);
  });

  it('goes on with the next table when one cannot be swept', async () => {
    const { id } = await host.user();
    await host.sessions.open(id);
    host.clock.advance('31d');
    await host.dataSource.query('ALTER TABLE auth_tokens RENAME TO elsewhere');
    await sweep();
    expect(await rowsOf('auth_sessions')).toBe(0);
    await host.dataSource.query('ALTER TABLE elsewhere RENAME TO auth_tokens');
  });
});
