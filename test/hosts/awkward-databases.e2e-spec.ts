import { describe, expect, it } from '@jest/globals';
import { type INestApplication, Injectable, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getDataSourceToken, getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import { SessionsService, UsersModule, UsersService } from 'nestjs-users';
import { Column, DataSource, Entity, type Logger, PrimaryGeneratedColumn, type Repository } from 'typeorm';
import { type DatabaseOptions, testEngine } from '../support/database.js';
import { database, ours, start } from './awkward-host.js';
import { live, PASSWORD } from './life.js';

/** A host's own: the name of ours, on the table that most hosts have already. */
@Entity('users')
class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column({ length: 80 })
  name!: string;
}

class PendingOfTheHost1700000000000 {
  up(): Promise<void> {
    return Promise.reject(new Error('Nobody asked for this one.'));
  }
  async down(): Promise<void> {}
}

/** Keeps every line; a host who logs everything shows it to many. */
class Collector implements Logger {
  readonly lines: string[] = [];
  logQuery(query: string, parameters?: unknown[]): void {
    this.lines.push(`${query} ${JSON.stringify(parameters)}`);
  }
  logQueryError(error: string | Error, query: string, parameters?: unknown[]): void {
    this.lines.push(`${String(error)} ${query} ${JSON.stringify(parameters)}`);
  }
  logQuerySlow(): void {}
  logSchemaBuild(message: string): void {
    this.lines.push(message);
  }
  logMigration(message: string): void {
    this.lines.push(message);
  }
  log(_level: string, message: unknown): void {
    this.lines.push(String(message));
  }
}

@Injectable()
class Configuration {
  readonly idleTimeout = '2h';
}

@Module({ providers: [Configuration], exports: [Configuration] })
class ConfigurationModule {}

const TABLES = {
  sqlite: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  postgres: 'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()',
  mariadb: 'SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()',
};

async function tablesOf(app: INestApplication, token: string | Type = DataSource): Promise<string[]> {
  const rows = await app.get<DataSource>(token).query<{ name: string }[]>(TABLES[testEngine()]);
  return rows.map(({ name }) => name).sort();
}

describe(`A host on ${testEngine()}`, () => {
  it('with an entityPrefix lives under it', async () => {
    const { app, url } = await start({ users: ours(), dataSources: [{ ...(await database()), entityPrefix: 'shop_' }] });
    await live({ url });
    expect(await tablesOf(app)).toEqual(expect.arrayContaining(['shop_auth_users', 'shop_auth_sessions', 'shop_auth_migrations']));
    expect((await tablesOf(app)).filter((name) => name.startsWith('auth_'))).toEqual([]);
  });

  it.each(['before', 'behind'])('with a table users and a class User of its own keeps them, its module standing %s ours', async (place) => {
    const options = await database();
    const setUp = await new DataSource({ ...options, entities: [User], synchronize: true } as DatabaseOptions).initialize();
    await setUp.manager.insert(User, { name: 'old Ann' });
    await setUp.destroy();
    const own = TypeOrmModule.forFeature([User]);
    const theirs = place === 'before' ? { users: own, modules: [ours()] } : { users: ours(), modules: [own] };
    const { app, url } = await start({ ...theirs, dataSources: [options] });
    await live({ url });
    const repository = app.get<Repository<User>>(getRepositoryToken(User));
    expect(await repository.find()).toEqual([{ id: 1, name: 'old Ann' }]);
    expect(await repository.save({ name: 'new Ann' })).toMatchObject({ id: 2 });
    expect(await app.get(UsersService).count()).toBe(1);
  });

  it('with a named DataSource beside its default one uses that alone', async () => {
    const [main, named] = [await database(), await database()];
    const { app, url } = await start({ users: ours({ dataSource: 'auth' }), dataSources: [main, { ...named, name: 'auth' }] });
    await live({ url });
    expect(await tablesOf(app)).toEqual([]);
    expect(await tablesOf(app, getDataSourceToken('auth') as string)).toContain('auth_sessions');
  });

  it('with pending migrations of its own finds them pending still', async () => {
    const options = { ...(await database()), migrations: [PendingOfTheHost1700000000000] };
    const { app, url } = await start({ users: ours(), dataSources: [options] });
    await live({ url });
    expect(await app.get(DataSource).showMigrations()).toBe(true);
    const tables = await tablesOf(app);
    expect(tables.filter((name) => name.includes('migrations') && name !== 'auth_migrations' && name !== 'migrations')).toEqual([]);
  });

  it('that starts twice at once has its tables once, and each node serves what the other wrote', async () => {
    const options = await database();
    const [one, two] = await Promise.all([1, 2].map(() => start({ users: ours(), dataSources: [options] })));
    await live({ url: one!.url }, 'ann');
    await live({ url: two!.url }, 'bob');
    expect(await one!.app.get(UsersService).count()).toBe(2);
    expect(await one!.app.get(DataSource).query('SELECT count(*) AS n FROM auth_migrations')).toEqual(
      await two!.app.get(DataSource).query('SELECT count(*) AS n FROM auth_migrations'),
    );
  });

  it('that logs every statement logs no password and no token', async () => {
    const logger = new Collector();
    const { app, url } = await start({ users: ours(), dataSources: [{ ...(await database()), logging: true, logger }] });
    await live({ url });
    const { token } = await app.get(SessionsService).login({ login: 'ann', password: 'a louder red mountain' });
    expect(logger.lines.length).toBeGreaterThan(30);
    const told = [PASSWORD, 'a louder red mountain', 'not that one at all', token].filter((secret) =>
      logger.lines.some((line) => line.includes(secret)),
    );
    expect(told).toEqual([]);
  });

  it('with cache: true ends sessions and changes users at once', async () => {
    const { app, url } = await start({ users: ours(), dataSources: [{ ...(await database()), cache: true }] });
    await live({ url });
    const [users, sessions] = [app.get(UsersService), app.get(SessionsService)];
    const { id } = await users.create({ username: 'bob', password: PASSWORD });
    const { token } = await sessions.login({ login: 'bob', password: PASSWORD });
    await users.update(id, { displayName: 'Bob' });
    expect(await users.find(id)).toMatchObject({ displayName: 'Bob' });
    await users.deactivate(id);
    await expect(sessions.authenticate(token)).rejects.toMatchObject({ code: 'USERS_UNAUTHENTICATED' });
    expect(await users.find(id)).toMatchObject({ disabledAt: expect.any(Date) });
  });

  it('that has TypeORM answer every read from a cache is told why that cannot be', async () => {
    const started = start({ users: ours(), dataSources: [{ ...(await database()), cache: { alwaysEnabled: true } }] });
    await expect(started).rejects.toThrow(/cache\.alwaysEnabled/);
  });

  it('with isGlobal: false serves who imports the module', async () => {
    const users = ours({ isGlobal: false });
    const { url } = await start({ users, dataSources: [await database()] });
    await live({ url });
  });

  it('with its options from a configuration module', async () => {
    const users = UsersModule.forRootAsync({
      imports: [ConfigurationModule],
      inject: [Configuration],
      useFactory: ({ idleTimeout }: Configuration) => ({ sessions: { idleTimeout } }),
      routes: true,
      migrate: true,
    });
    const { url } = await start({ users, dataSources: [await database()] });
    await live({ url });
  });

  it('without HTTP, but with routes: true, still has the services', async () => {
    class App {}
    Module({ imports: [TypeOrmModule.forRoot({ ...(await database()), autoLoadEntities: true }), ours()] })(App);
    const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    try {
      const { id } = await app.get(UsersService).create({ username: 'ann', password: PASSWORD });
      const { token } = await app.get(SessionsService).login({ login: 'ann', password: PASSWORD });
      expect(await app.get(SessionsService).authenticate(token)).toMatchObject({ user: { id } });
    } finally {
      await app.close();
    }
  });
});

if (testEngine() === 'postgres') {
  describe('A host on PostgreSQL with a schema of its own', () => {
    it('lives in that schema', async () => {
      const options = await database();
      const setUp = await new DataSource(options).initialize();
      await setUp.query('CREATE SCHEMA shop');
      await setUp.destroy();
      const { app, url } = await start({ users: ours(), dataSources: [{ ...options, schema: 'shop' }] });
      await live({ url });
      const rows: unknown = await app
        .get(DataSource)
        .query("SELECT table_schema FROM information_schema.tables WHERE table_name = 'auth_users'");
      expect(rows).toEqual([{ table_schema: 'shop' }]);
    });
  });
}
