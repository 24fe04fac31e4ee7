import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ImportRow, ListUsers } from 'nestjs-users';
import type { DataSource } from 'typeorm';
import { testEngine } from '../../support/database.js';
import { HostApp } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';

type PlanRow = Record<string, unknown>;
type Sent = Statements['sent'][number];
interface Plan {
  /** By which it reads; null for all of the table. */
  readonly index: string | null;
  /** Whether it begins somewhere in it, and not at its end. */
  readonly begins: boolean;
  readonly sorts: boolean;
}

/** What the engine says of a statement, on a table large enough to make it care. */
const PLANS: Record<string, (rows: readonly PlanRow[]) => Plan> = {
  sqlite: (rows) => {
    const text = rows.map(({ detail }) => String(detail)).join('\n');
    return { index: /USING INDEX (\w+)/.exec(text)?.[1] ?? null, begins: text.includes('SEARCH'), sorts: text.includes('TEMP B-TREE') };
  },
  postgres: (rows) => {
    const text = rows.map((row) => String(row['QUERY PLAN'])).join('\n');
    return { index: /Index Scan using "(\w+)"/.exec(text)?.[1] ?? null, begins: text.includes('Index Cond'), sorts: text.includes('Sort') };
  },
  mariadb: ([row = {}]) => ({
    index: row['key'] as string | null,
    begins: row['type'] !== 'index' && row['type'] !== 'ALL',
    sorts: String(row['Extra']).includes('filesort'),
  }),
};

async function explain(dataSource: DataSource, sent: Sent): Promise<Plan> {
  const engine = testEngine();
  const rows = await dataSource.query(`${engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'} ${sent.text}`, sent.parameters);
  return PLANS[engine]!(rows as PlanRow[]);
}

const people = Array.from({ length: 3_000 }, (_, index): ImportRow => ({
  legacyId: `${index}`,
  username: `user${(index * 7_919) % 3_000}`,
  email: `user${index}@example.org`,
  isAdmin: index % 5 === 0,
}));

describe(`a page of users on ${testEngine()}`, () => {
  let host: HostApp;
  let statements: Statements;
  beforeAll(async () => {
    host = await HostApp.start();
    await host.users.import(people);
    if (testEngine() === 'postgres') await host.dataSource.query('ANALYZE auth_users');
    if (testEngine() === 'mariadb') await host.dataSource.query('ANALYZE TABLE auth_users');
    statements = Statements.of(host.dataSource);
  });
  afterAll(() => host.close());

  async function sentBy(task: () => Promise<unknown>): Promise<Sent> {
    const before = statements.sent.length;
    await task();
    return statements.sent.slice(before).find(({ text }) => text.startsWith('SELECT'))!;
  }

  const planOf = async (task: () => Promise<unknown>): Promise<Plan> => explain(host.dataSource, await sentBy(task));

  const byKey = { index: 'auth_users_sortKey_id', sorts: false };
  const byAdmin = { index: 'auth_users_isAdmin_sortKey_id', sorts: false };

  it.each<[string, ListUsers, Omit<Plan, 'begins'>]>([
    ['everybody', {}, byKey],
    ['who is active', { status: 'active' }, byKey],
    ['administrators', { isAdmin: true }, byAdmin],
  ])('of %s is read in the order of an index: the first, and one in the middle, which begins there', async (_who, filter, plan) => {
    expect(await planOf(() => host.users.list({ ...filter, limit: 10 }))).toMatchObject(plan);
    let after: string | undefined;
    for (let pages = 0; pages < 2; pages += 1) after = (await host.users.list({ ...filter, limit: 10, after })).next ?? undefined;
    expect(await planOf(() => host.users.list({ ...filter, limit: 10, after }))).toEqual({ ...plan, begins: true });
  });

  it('of the stream is a page like any other', async () =>
    expect(await sentBy(() => host.users.stream()[Symbol.asyncIterator]().next())).toEqual(
      await sentBy(() => host.users.list({ limit: 200 })),
    ));

  it('of registrations that wait is found by an index', async () =>
    expect(await planOf(() => host.users.list({ status: 'pending' }))).toMatchObject({ begins: true }));

  it('of what is searched for is not: all are read, and what is found is sorted (the control)', async () =>
    expect(await planOf(() => host.users.search({ text: 'user12' }))).toMatchObject({ index: null, begins: false, sorts: true }));
});
