import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { auditLog } from 'nestjs-users/audit-log';
import type { DataSource } from 'typeorm';
import { Janitor } from '../../../lib/maintenance/janitor.js';
import { testEngine } from '../../support/database.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

interface Sent {
  readonly text: string;
  readonly parameters: unknown[];
}
type PlanRow = Record<string, unknown>;

/** Whether a statement finds its rows by an index, as the engine itself says; on tables of a few rows, where it would not care. */
const BY_INDEX: Record<string, (dataSource: DataSource, sent: Sent) => Promise<boolean>> = {
  sqlite: async (dataSource, { text, parameters }) => {
    const plan = (await dataSource.query(`EXPLAIN QUERY PLAN ${text}`, parameters)) as PlanRow[];
    return plan.every(({ detail }) => !String(detail).startsWith('SCAN'));
  },
  postgres: async (dataSource, { text, parameters }) => {
    const runner = dataSource.createQueryRunner();
    try {
      await runner.query('SET enable_seqscan = off');
      const plan = (await runner.query(`EXPLAIN ${text}`, parameters)) as PlanRow[];
      const lines = plan.map((row) => String(row['QUERY PLAN'])).join('\n');
      const scans = lines.match(/Index (Only )?Scan|Bitmap Index Scan/g) ?? [];
      return !lines.includes('Seq Scan') && (lines.match(/Index Cond/g) ?? []).length >= scans.length;
    } finally {
      await runner.query('RESET enable_seqscan');
      await runner.release();
    }
  },
  mariadb: async (dataSource, { text, parameters }) => {
    const plan = (await dataSource.query(`EXPLAIN ${text}`, parameters)) as PlanRow[];
    return plan.every((row) => row['table'] === null || row['possible_keys'] !== null);
  },
};

describe('what the janitor searches', () => {
  const byIndex = BY_INDEX[testEngine()] as (dataSource: DataSource, sent: Sent) => Promise<boolean>;
  let host: HostApp;
  let sent: Sent[];
  beforeAll(async () => {
    host = await HostApp.start({ extensions: [auditLog({ retention: '7d' })] });
    const { id } = await host.user('ann');
    await host.users.register({ username: 'bob', email: 'bob@example.org', password: PASSWORD });
    await host.sessions.open(id);
    await host.sessions.open(id, { expiresAt: host.clock.now().getTime() + 60_000 });
    await host.sessions.login({ login: 'nobody', password: PASSWORD }, { ip: '192.0.2.7', userAgent: null }).catch(() => undefined);
    host.clock.advance('11d');
    const statements = Statements.of(host.dataSource);
    await host.app.get(Janitor).sweepAll();
    sent = statements.sent.filter(({ text }) => /^(SELECT|DELETE)/.test(text));
  });
  afterAll(() => host.close());

  const tablesOf = (all: readonly Sent[]): string[] => [...new Set(all.flatMap(({ text }) => /auth_\w+/.exec(text) ?? []))].sort();

  it('are all the tables that grow by themselves', () =>
    expect(tablesOf(sent)).toEqual(
      expect.arrayContaining(['auth_attempts', 'auth_audit', 'auth_devices', 'auth_sessions', 'auth_tokens', 'auth_users']),
    ));

  it('is found by an index, in each but the one that the schema page names', async () => {
    const without: string[] = [];
    for (const one of sent) if (!(await byIndex(host.dataSource, one))) without.push(one.text);
    expect(without.filter((text) => !text.includes('person'))).toEqual([]);
  });

  it('would be seen if it were not', async () => {
    const { driver } = host.dataSource;
    const text = `SELECT id FROM auth_sessions WHERE ${driver.escape('lastSeenAt')} <= ${driver.createParameter('at', 0)}`;
    expect(await byIndex(host.dataSource, { text, parameters: [1] })).toBe(false);
  });
});
