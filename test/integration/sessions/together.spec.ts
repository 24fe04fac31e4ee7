import { afterEach, describe, expect, it } from '@jest/globals';
import { type BaseUser, UnavailableError } from 'nestjs-users';
import type { Logger } from 'typeorm';
import type { DatabaseOptions } from '../../support/database.js';
import { SERVERS, testEngine } from '../../support/database.js';
import { HostApp } from '../../support/host-app.js';
import { Statements } from '../../support/statements.js';
import { TcpProxy, throughProxy } from '../../support/tcp-proxy.js';

const MANY = 40;
const engine = testEngine();

const single = (options: DatabaseOptions): DatabaseOptions =>
  ({ ...options, extra: engine === 'postgres' ? { max: 1 } : { connectionLimit: 1 } }) as DatabaseOptions;

let host: HostApp;
afterEach(() => host.close());

async function tokensOf(count: number): Promise<string[]> {
  const tokens: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await host.user(`user${index}`, { data: { index } });
    tokens.push((await host.sessions.open({ username: `user${index}` })).token);
  }
  return tokens;
}

describe('checks that come together', () => {
  it('cost one statement, and each is told of its own user and session', async () => {
    host = await HostApp.start();
    const tokens = await tokensOf(MANY);
    await host.sessions.check(tokens[0] as string);
    const statements = Statements.of(host.dataSource);
    const found = await Promise.all(tokens.map((token) => host.sessions.authenticate(token)));
    expect(statements.texts).toHaveLength(1);
    expect(found.map(({ user }) => [user.username, user.data])).toEqual(tokens.map((_, index) => [`user${index}`, { index }]));
    expect(found.map(({ session }) => session.id)).toEqual(tokens.map((token) => token.split('.')[0]));
  });

  it('of one token have objects of their own', async () => {
    host = await HostApp.start();
    const [token] = (await tokensOf(1)) as [string];
    const [first, second] = await Promise.all([host.sessions.authenticate(token), host.sessions.authenticate(token)]);
    (first.user as BaseUser).displayName = 'changed by a handler';
    expect(second.user.displayName).toBeNull();
    expect(second.session).not.toBe(first.session);
  });

  if (engine === 'sqlite')
    it('are not all failed by one BLOB that a host has written into a column for text', async () => {
      host = await HostApp.start();
      const tokens = await tokensOf(3);
      await host.dataSource.query(`UPDATE auth_users SET displayName = x'416e6e' WHERE usernameKey = 'user1'`);
      const found = await Promise.all(tokens.map((token) => host.sessions.authenticate(token)));
      expect(found.map(({ user }) => user.displayName)).toEqual([null, 'Ann', null]);
    });

  it('do not spoil each other: malformed, unknown, ended, forged and a row that cannot be read', async () => {
    host = await HostApp.start();
    const tokens = await tokensOf(4);
    const [good, ended, other, broken] = tokens as [string, string, string, string];
    await host.sessions.endByToken(ended);
    const forged = `${good.split('.')[0]}.${other.split('.')[1]}`;
    const name = (text: string): string => host.dataSource.driver.escape(text);
    await host.dataSource.query(`UPDATE ${name('auth_users')} SET ${name('roles')} = '{not json' WHERE ${name('usernameKey')} = 'user3'`);
    const all = [
      good,
      'x',
      `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}.${'A'.repeat(43)}`,
      ended,
      forged,
      broken,
      other,
      "' OR 1=1",
    ];
    const results = await Promise.allSettled(all.map((token) => host.sessions.check(token)));
    const said = results.map((result) => (result.status === 'fulfilled' ? result.value.status : 'rejected'));
    expect(said).toEqual(['ok', 'not_found', 'not_found', 'not_found', 'not_found', 'rejected', 'ok', 'not_found']);
  });

  it('see an end that was told before they asked, always [B-61]', async () => {
    host = await HostApp.start();
    const tokens = await tokensOf(12);
    for (const [index, token] of tokens.entries()) {
      const noise = tokens.map((one) => host.sessions.check(one));
      await host.sessions.endByToken(token);
      expect((await host.sessions.check(token)).status).toBe('not_found');
      await Promise.all(noise);
      if (index < tokens.length - 1) expect((await host.sessions.check(tokens[index + 1] as string)).status).toBe('ok');
    }
  });

  it("inside a transaction see what it wrote; others do not, and wait for nobody's rows", async () => {
    host = await HostApp.start();
    const [token, other] = (await tokensOf(2)) as [string, string];
    let outside: Promise<{ status: string }> | undefined;
    await host.dataSource.transaction(async (manager) => {
      const joined = host.sessions.within(manager);
      await joined.endByToken(token);
      outside = host.sessions.check(other);
      expect((await joined.check(token)).status).toBe('not_found');
      expect((await Promise.all([joined.check(other), joined.check(other)])).map(({ status }) => status)).toEqual(['ok', 'ok']);
    });
    expect((await outside)?.status).toBe('ok');
    expect((await host.sessions.check(token)).status).toBe('not_found');
  });

  it('are given up in time while the host holds the last connection', async () => {
    host = await HostApp.start({ connection: single, http: { checkTimeout: '1s' } });
    const tokens = await tokensOf(3);
    let results: PromiseSettledResult<unknown>[] = [];
    await host.dataSource.transaction(async () => {
      results = await Promise.allSettled(tokens.map((token) => host.sessions.check(token)));
    });
    for (const result of results) expect((result as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
    expect((await host.sessions.check(tokens[0] as string)).status).toBe('ok');
  });
});

if (engine !== 'sqlite')
  it('in the middle of a statement a cut fails those who are in it with 503; the next go on', async () => {
    const server = SERVERS[engine as keyof typeof SERVERS];
    const proxy = await TcpProxy.before({ host: server.hostname, port: Number(server.port === '' ? 3306 : server.port) });
    host = await HostApp.start({ connection: (options) => throughProxy(options, proxy.port), http: { checkTimeout: '2s' } });
    const tokens = await tokensOf(8);
    proxy.hang();
    const asked = Promise.allSettled(tokens.map((token) => host.sessions.check(token)));
    await new Promise((resolve) => setTimeout(resolve, 100));
    proxy.heal();
    proxy.reset();
    for (const result of await asked) expect((result as PromiseRejectedResult).reason).toBeInstanceOf(UnavailableError);
    for (let tries = 0; tries < 20; tries += 1) {
      const again = await Promise.allSettled(tokens.map((token) => host.sessions.check(token)));
      if (again.every(({ status }) => status === 'fulfilled')) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (const token of tokens) expect((await host.sessions.check(token)).status).toBe('ok');
    await proxy.close();
  });

if (engine === 'postgres')
  describe('a prepared statement', () => {
    const prepared = (): Promise<{ count: number }[]> =>
      host.dataSource.query(`SELECT count(*)::int AS count FROM pg_prepared_statements WHERE name LIKE 'users_%'`);

    it('is made once for each connection, and not at all where the host says so', async () => {
      for (const [preparedStatements, count] of [
        [true, 1],
        [false, 0],
      ] as const) {
        host = await HostApp.start({ connection: single, sessions: { preparedStatements } });
        const tokens = await tokensOf(3);
        for (const token of tokens) expect((await host.sessions.check(token)).status).toBe('ok');
        expect(await prepared()).toEqual([{ count }]);
        if (preparedStatements) await host.close();
      }
    });

    it('that a pooler lost, or that the host changed a column under, costs nobody his answer', async () => {
      host = await HostApp.start({ connection: single });
      const [token] = (await tokensOf(1)) as [string];
      expect((await host.sessions.check(token)).status).toBe('ok');
      await host.dataSource.query('ALTER TABLE auth_users ALTER COLUMN "displayName" TYPE text');
      for (let checks = 0; checks < 3; checks += 1) expect((await host.sessions.check(token)).status).toBe('ok');
      await host.dataSource.query('DEALLOCATE ALL');
      for (let checks = 0; checks < 3; checks += 1) expect((await host.sessions.check(token)).status).toBe('ok');
    });

    it('is planned once for each connection, and finds users by their index, also where nothing is known of the tables yet', async () => {
      host = await HostApp.start({ connection: single });
      const tokens = await tokensOf(30);
      const statements = Statements.of(host.dataSource);
      // One at a time, so that a plan of its own would be the cheaper for each.
      for (const token of tokens) await host.sessions.check(token);
      const [{ made, planned }] = (await host.dataSource.query(
        `SELECT generic_plans::int AS made, custom_plans::int AS planned FROM pg_prepared_statements WHERE name LIKE 'users_%'`,
      )) as [{ made: number; planned: number }];
      expect({ made, planned }).toEqual({ made: 25, planned: 5 });
      const plan = JSON.stringify(
        await host.dataSource.query(`EXPLAIN ${statements.texts[0]}`, [tokens.map((token) => token.split('.')[0])]),
      );
      expect(plan).toMatch(/Index Scan using auth_users_pkey on auth_users u/);
      expect(plan).not.toContain('Seq Scan on auth_users');
    });

    it('is told to the logger and to the subscribers of the host as any other', async () => {
      const told: string[] = [];
      host = await HostApp.start({
        connection: (options) => ({ ...options, logger: new HostLogger(told), maxQueryExecutionTime: 1e-6 }) as DatabaseOptions,
      });
      const [token] = (await tokensOf(1)) as [string];
      const isLookUp = (text: string): boolean => text.includes('json_build_array');
      told.length = 0;
      await host.sessions.check(token);
      expect(told.filter(isLookUp).map((text) => text.split(':')[0])).toEqual(['query', 'slow']);
      const heard: string[] = [];
      host.dataSource.subscribers.push({ beforeQuery: ({ query }: { query: string }) => void heard.push(query) });
      expect((await host.sessions.check(token)).status).toBe('ok');
      expect(heard.filter(isLookUp)).toHaveLength(1);
      host.dataSource.subscribers.pop();
      await host.dataSource.query('ALTER TABLE auth_state RENAME TO gone');
      told.length = 0;
      await expect(host.sessions.check(token)).rejects.toMatchObject({ name: 'QueryFailedError', code: '42P01' });
      expect(told.filter(isLookUp).map((text) => text.split(':')[0])).toEqual(['query', 'error']);
    });
  });

class HostLogger implements Logger {
  constructor(private readonly told: string[]) {}
  logQuery = (query: string): void => void this.told.push(`query:${query}`);
  logQueryError = (_: string | Error, query: string): void => void this.told.push(`error:${query}`);
  logQuerySlow = (_: number, query: string): void => void this.told.push(`slow:${query}`);
  logSchemaBuild(): void {}
  logMigration(): void {}
  log(): void {}
}
