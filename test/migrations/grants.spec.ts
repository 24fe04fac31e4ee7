import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { defineUsers, PasswordResetService, SessionsService, SystemClock, UsersModule, UsersService } from 'nestjs-users';
import { Background } from 'nestjs-users/extend';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Inbox } from 'nestjs-users/testing';
import { Migrator } from '../../lib/persistence/migrator.js';
import { CountingHasher } from '../support/counting-hasher.js';
import { type DatabaseOptions, testDatabase, type TestDatabase, testEngine } from '../support/database.js';
import { SCHEMA_PAGE, sectionOf, sqlOf } from '../support/schema-page.js';

const engine = testEngine();
const [FOR_POSTGRES = '', FOR_MARIADB = ''] = sqlOf(sectionOf(SCHEMA_PAGE, 'Grants for an app role without DDL'));
const undo: (() => Promise<unknown>)[] = [];

interface AppRole {
  readonly owner: DataSource;
  /** As the engine writes it in a grant. */
  readonly role: string;
  readonly options: DatabaseOptions;
}

/** Runs the page's own grants, under names of this test, on tables that their owner has made. */
async function asApp(): Promise<AppRole> {
  const database = await testDatabase();
  const owner = await new DataSource({ ...database.options, entities: defineUsers().entities } as DataSourceOptions).initialize();
  undo.push(() => owner.destroy().then(() => database.drop()));
  await Migrator.run(owner, defineUsers(), new SystemClock());
  const role = `app_${randomBytes(6).toString('hex')}`;
  return database.options.type === 'postgres' ? postgresRole(database, owner, role) : mariadbUser(database, owner, role);
}

async function postgresRole(database: TestDatabase, owner: DataSource, role: string): Promise<AppRole> {
  await owner.query(`CREATE ROLE ${role}`);
  // Who made a role may not yet act in it.
  await owner.query(`GRANT ${role} TO CURRENT_USER`);
  undo.unshift(async () => {
    await owner.query(`DROP OWNED BY ${role}`);
    await owner.query(`DROP ROLE ${role}`);
  });
  await run(owner, FOR_POSTGRES.replaceAll('TO app;', `TO ${role};`));
  return { owner, role, options: { ...database.options, extra: { options: `-c role=${role}` } } as DatabaseOptions };
}

async function mariadbUser(database: TestDatabase, owner: DataSource, user: string): Promise<AppRole> {
  await owner.query(`CREATE USER '${user}'@'%' IDENTIFIED BY 'app password'`);
  undo.unshift(() => owner.query(`DROP USER '${user}'@'%'`));
  await run(owner, FOR_MARIADB.replaceAll(`'app'@`, `'${user}'@`).replaceAll('shop.', `${String(database.options.database)}.`));
  return { owner, role: `'${user}'@'%'`, options: { ...database.options, username: user, password: 'app password' } as DatabaseOptions };
}

async function run(owner: DataSource, sql: string): Promise<void> {
  for (const statement of sql.split(';').filter((one) => one.trim() !== '')) await owner.query(statement);
}

async function start(options: DatabaseOptions, inbox: Inbox): Promise<INestApplicationContext> {
  class App {}
  Module({
    imports: [
      TypeOrmModule.forRoot({ ...options, autoLoadEntities: true, retryAttempts: 0 }),
      UsersModule.forRoot({ ports: { hasher: new CountingHasher(), notifier: inbox } }),
    ],
  })(App);
  return NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
}

afterEach(async () => {
  for (const task of undo.splice(0)) await task();
});

if (engine !== 'sqlite') {
  describe(`An app role with the grants of docs/schema.md, on ${engine}`, () => {
    it('can all that the library does: register, confirm, log in, reset, change, ban, sweep, delete', async () => {
      const inbox = new Inbox();
      const app = await start((await asApp()).options, inbox);
      undo.unshift(() => app.close());
      const [users, sessions, resets] = [app.get(UsersService), app.get(SessionsService), app.get(PasswordResetService)];
      const mailed = async (kind: string): Promise<string> => {
        await app.get(Background).settled();
        const found = inbox.notifications.findLast((notification) => notification.kind === kind);
        return found !== undefined && 'token' in found ? found.token : `no mail ${kind}`;
      };

      await users.bootstrap({ username: 'root', email: 'root@example.org', password: 'correct horse battery' });
      await users.register({ username: 'ann', email: 'ann@example.org', password: 'correct horse battery' });
      const { id } = await users.confirmEmail(await mailed('confirm-email'));
      const { token } = await sessions.login({ login: 'ann', password: 'correct horse battery' });
      expect((await sessions.authenticate(token)).user.id).toBe(id);
      await expect(sessions.login({ login: 'ann', password: 'wrong' })).rejects.toThrow();

      await resets.request('ann');
      await resets.reset(await mailed('reset-password'), 'another horse battery');
      expect(await sessions.check(token)).toMatchObject({ status: 'not_found' });
      const again = await sessions.login({ login: 'ann', password: 'another horse battery' });
      await users.changePassword(id, { oldPassword: 'another horse battery', newPassword: 'a third horse battery' });
      await users.setAdmin(id);
      await users.deactivate(id);
      expect(await sessions.check(again.token)).not.toMatchObject({ status: 'ok' });
      expect(await sessions.purgeExpired()).toBe(0);
      expect(await sessions.endAll({ everyone: true })).toBeGreaterThanOrEqual(0);
      expect(await users.delete(id)).toBe(true);
    });

    it('cannot make, change or empty a table, so it cannot start with migrate: true', async () => {
      const { options } = await asApp();
      const app = await new DataSource({ ...options, entities: defineUsers().entities } as DataSourceOptions).initialize();
      undo.unshift(() => app.destroy());
      await expect(Migrator.run(app, defineUsers(), new SystemClock())).rejects.toThrow(/permission denied|denied to user/);
      for (const statement of [
        'CREATE TABLE mine (id int)',
        'ALTER TABLE auth_users ADD mine int',
        'TRUNCATE TABLE auth_attempts',
        'DROP TABLE auth_state',
      ]) {
        await expect(app.query(statement)).rejects.toThrow(/permission denied|must be owner|denied to user/);
      }
      expect(await app.query('SELECT * FROM auth_users')).toEqual([]);
    });

    it('could not log anybody in without one of them (the control)', async () => {
      const { owner, role, options } = await asApp();
      const app = await start(options, new Inbox());
      undo.unshift(() => app.close());
      await app
        .get(UsersService)
        .create({ username: 'ann', email: 'ann@example.org', emailConfirmed: true, password: 'correct horse battery' });
      await owner.query(`REVOKE INSERT ON auth_sessions FROM ${role}`);
      await expect(app.get(SessionsService).login({ login: 'ann', password: 'correct horse battery' })).rejects.toThrow();
    });
  });
}

describe('The grants of docs/schema.md', () => {
  it('are four verbs on tables, and nothing that makes or changes one', () => {
    const rights = `${FOR_POSTGRES}${FOR_MARIADB}`
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('GRANT SELECT, INSERT, UPDATE, DELETE ON '));
    expect(rights).toEqual(['GRANT USAGE ON SCHEMA public TO app;']);
  });
});
