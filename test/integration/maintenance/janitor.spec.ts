import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Janitor } from '../../../lib/maintenance/janitor.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';

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
