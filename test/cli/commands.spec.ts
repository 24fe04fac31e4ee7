import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineUsers, type PortsOptions } from 'nestjs-users';
import { SpaceEntities } from '../../lib/persistence/space-entities.js';
import { StateRow } from '../../lib/persistence/state.entity.js';
import { ROOT } from '../architecture/sources.js';
import { type DatabaseOptions, testDatabase, type TestDatabase } from '../support/database.js';
import { HostApp, PASSWORD } from '../support/host-app.js';

const BIN = join(ROOT, 'dist/extensions/cli/main.js');
const NEW = 'a quiet green harbour';
/** The library's own: the app must read what the command wrote. */
const REAL_HASHER = { hasher: undefined } as unknown as PortsOptions;
/** Each test starts several processes. */
jest.setTimeout(300_000);

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The real bin, as a process of its own; `input` is its standard input. */
function run(
  words: readonly string[],
  { url = '', input = '', env: more = {} }: { url?: string; input?: string; env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  if (!existsSync(BIN)) throw new Error('There is no dist: run `npm run build` first.');
  const env = { ...process.env, NODE_OPTIONS: '', DATABASE_URL: '', USERS_DATABASE_URL: url, ...more };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [BIN, ...words], { env, stdio: 'pipe' });
    const said = { out: '', err: '' };
    child.stdout.on('data', (chunk) => (said.out += String(chunk)));
    child.stderr.on('data', (chunk) => (said.err += String(chunk)));
    child.on('close', (code) => resolve({ code, ...said }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function urlOf(options: DatabaseOptions): string {
  if (options.type === 'better-sqlite3') return options.database;
  if (options.type === 'postgres') return options.url ?? '';
  const { host, port, username, password, database } = options;
  return `mariadb://${encodeURIComponent(username ?? '')}:${encodeURIComponent(String(password))}@${host}:${port}/${database}`;
}

describe('the commands, on the database of a running app', () => {
  let host: HostApp;
  let url: string;
  beforeEach(async () => {
    let options: DatabaseOptions | undefined;
    host = await HostApp.start({ connection: (same) => (options = same), ports: REAL_HASHER });
    url = urlOf(options as unknown as DatabaseOptions);
  });
  afterEach(() => host.close());

  it('create-admin makes an administrator who signs in, and prints no secret', async () => {
    const { code, out, err } = await run(['create-admin', '--username', 'root', '--email', 'root@example.org'], { url, input: `${NEW}\n` });
    expect([code, out, err]).toEqual([0, '', 'root is an administrator.\n']);
    expect(await host.users.findOrFail({ login: 'root' })).toMatchObject({ isAdmin: true, email: 'root@example.org' });
    expect(await host.users.verifyCredentials('root', NEW)).not.toBeNull();
  });

  it('create-admin says what is taken, what is weak and that there is no password, and makes nobody', async () => {
    await host.user('ann');
    const taken = await run(['create-admin', '--username', 'Ann'], { url, input: NEW });
    const weak = await run(['create-admin', '--username', 'bob'], { url, input: 'short' });
    const none = await run(['create-admin', '--username', 'bob'], { url });
    expect([taken.code, weak.code, none.code]).toEqual([1, 1, 2]);
    expect(taken.err).toContain('USERS_USERNAME_TAKEN');
    expect(weak.err).toContain('USERS_PASSWORD_TOO_SHORT');
    expect(none.err).toContain('There is no password');
    expect(await host.users.count()).toBe(1);
  });

  it('create-admin --link prints a link with which the password is chosen once', async () => {
    const words = ['create-admin', '--email', 'root@example.org', '--link', '--base-url', 'https://notes.example'];
    const { code, out } = await run(words, { url });
    const [, token] = /^https:\/\/notes\.example\/reset#token=(\S+)\n$/.exec(out) ?? [];
    expect([code, typeof token]).toEqual([0, 'string']);
    await host.resets.reset(decodeURIComponent(token ?? ''), NEW);
    expect(await host.users.verifyCredentials('root@example.org', NEW)).toMatchObject({ isAdmin: true });
  });

  it('set-password sets it, ends his sessions, and may ask him for another', async () => {
    await host.user('ann');
    await host.sessions.login({ login: 'ann', password: PASSWORD });
    const { code, out } = await run(['set-password', 'ann@example.org', '--must-change'], { url, input: NEW });
    expect([code, out]).toEqual([0, '']);
    expect(await host.users.verifyCredentials('ann', NEW)).toMatchObject({ mustChangePassword: true });
    expect((await host.sessions.list()).items).toEqual([]);
  });

  it('set-password and end-all know nobody by a name that is nobody’s', async () => {
    const [set, end] = [await run(['set-password', 'zoe'], { url, input: NEW }), await run(['end-all', 'zoe'], { url })];
    expect([set.code, end.code]).toEqual([1, 1]);
    expect(set.err).toBe('nestjs-users: There is no such user, or the user is not active.\n');
  });

  it('end-all ends the sessions of one, or of everybody', async () => {
    for (const name of ['ann', 'bob', 'cas']) {
      await host.user(name);
      await host.sessions.login({ login: name, password: PASSWORD });
    }
    expect((await run(['end-all', 'ann'], { url })).err).toBe('1 session has ended.\n');
    expect((await host.sessions.list()).items).toHaveLength(2);
    expect((await run(['end-all', '--everyone'], { url })).err).toBe('2 sessions have ended.\n');
    expect([(await run(['end-all'], { url })).code, (await run(['end-all', 'ann', '--everyone'], { url })).code]).toEqual([2, 2]);
  });

  it('make no link for a first administrator, which nobody would read and which would push out one that somebody has', async () => {
    const env = { USERS_REGISTRATION_FIRST_ADMIN_LINK: 'true' };
    expect((await run(['end-all', '--everyone'], { url, env })).code).toBe(0);
    const states = host.dataSource.getRepository(host.app.get(SpaceEntities).of(StateRow));
    expect(await states.findBy({ key: 'first-admin-links' })).toEqual([]);
  });

  it('doctor finds no fault, and says that nobody administrates', async () => {
    const { code, out, err } = await run(['doctor'], { url });
    expect([code, err]).toEqual([0, 'No fault.\n']);
    expect(out).toMatch(/^note {2}administrators: there is none/m);
    expect(out.match(/^ok/gm)).toHaveLength(7);
    await host.user('root', { isAdmin: true });
    expect((await run(['doctor'], { url })).out).toMatch(/^ok {4}administrators: 1 can sign in/m);
  });

  it('doctor finds the table that is gone and the migration that did not run', async () => {
    const { tables } = defineUsers();
    await host.dataSource.query('DROP TABLE auth_attempts');
    await host.dataSource.query('DELETE FROM auth_migrations');
    const { code, out, err } = await run(['doctor'], { url });
    expect([code, err]).toEqual([1, '2 faults.\n']);
    expect(out).toMatch(new RegExp(`^FAULT tables: .*${tables.attempts} are missing`, 'm'));
    expect(out).toMatch(/^FAULT migrations: none of ours is noted/m);
  });

  it('doctor names a weak setting of the environment', async () => {
    process.env['USERS_REGISTRATION_ALLOW_UNCONFIRMED_LOGIN'] = 'true';
    const { code, out } = await run(['doctor'], { url }).finally(() => delete process.env['USERS_REGISTRATION_ALLOW_UNCONFIRMED_LOGIN']);
    expect(code).toBe(0);
    expect(out).toMatch(/^note {2}settings: registration\.allowUnconfirmedLogin is set/m);
  });
});

describe('the commands, where the app never was', () => {
  let database: TestDatabase;
  afterEach(() => database?.drop());

  it('say that the tables are missing, and make none', async () => {
    database = await testDatabase('postgres');
    const { code, err } = await run(['create-admin', '--username', 'root'], { url: urlOf(database.options), input: NEW });
    expect(code).toBe(1);
    expect(err).toContain('the tables auth_users');
    const doctor = await run(['doctor', '--table-prefix', 'staff_'], { url: urlOf(database.options) });
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain('staff_users');
  });
});

describe('wrong words', () => {
  const SECRET = 'hunter2-of-the-url';

  it.each([
    ['nothing', [], 2, 'Usage: nestjs-users'],
    ['an unknown command', ['frobnicate'], 2, 'There is no such command'],
    ['an unknown option', ['doctor', '--loud'], 2, 'unknown or lacks its value'],
    ['an option without its value', ['create-admin', '--username'], 2, 'unknown or lacks its value'],
    ['a password as an argument', ['set-password', 'ann', `--password=${SECRET}`], 2, 'never an argument'],
    ['too many arguments', ['set-password', 'ann', SECRET], 2, 'too many arguments'],
    ['no database', ['doctor'], 2, 'There is no database'],
    ['a scheme without a driver', ['doctor', '--database', `oracle://u:${SECRET}@db/x`], 2, 'There is no driver for oracle'],
    ['no URL', ['doctor', '--database', `postgres://u:${SECRET}@@:x:/`], 2, 'cannot be read'],
    ['a URL without a database', ['doctor', '--database', `postgres://u:${SECRET}@db`], 2, 'names no database'],
    ['a file that is not there', ['doctor', '--database', '/nowhere/users.sqlite'], 2, 'There is no SQLite file'],
    ['a prefix that is none', ['doctor', '--database', ROOT, '--table-prefix', 'x; DROP'], 2, 'table prefix'],
    [
      'PostgreSQL that is down',
      ['doctor', '--database', `postgres://u:${SECRET}@127.0.0.1:1/x`],
      3,
      'does not answer: connect ECONNREFUSED',
    ],
    ['MariaDB that is down', ['end-all', '--everyone', '--database', `mysql://u:${SECRET}@127.0.0.1:1/x`], 3, 'does not answer: connect'],
  ])('%s: a sentence and a code, and nothing of a secret', async (_what, words, code, sentence) => {
    const ran = await run(words);
    expect([ran.code, ran.out]).toEqual([code, '']);
    expect(ran.err).toContain(sentence);
    expect(ran.err).not.toContain(SECRET);
    expect(ran.err).not.toMatch(/^\s+at /m);
  });

  it('help is on the standard output', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toContain('create-admin');
  });
});
