import { afterEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, type INestApplicationContext, Injectable, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  BaseUser,
  defineUsers,
  Field,
  InvalidOptionsError,
  Notifier,
  type RuntimeOptions,
  SessionsService,
  UsersModule,
  type UsersModuleAsyncOptions,
  type UsersModuleOptions,
  usersOptionsFromEnv,
  UsersService,
} from 'nestjs-users';
import { Background } from 'nestjs-users/extend';
import { Column, DataSource, Entity } from 'typeorm';
import { FakeClock, Inbox } from 'nestjs-users/testing';
import { RegistrationSettings } from '../../../lib/registration/registration.options.js';
import { UsersDataSource } from '../../../lib/users-database.js';
import { CountingHasher } from '../../support/counting-hasher.js';
import { testDatabase, type TestDatabase } from '../../support/database.js';
import { PASSWORD } from '../../support/host-app.js';

const databases: TestDatabase[] = [];
const apps: INestApplicationContext[] = [];
/** Every DataSource of this file: Nest closes nothing when a start fails, not even what the host's TypeOrmModule opened. */
const opened: DataSource[] = [];
const initialize = DataSource.prototype.initialize;
DataSource.prototype.initialize = function (this: DataSource) {
  opened.push(this);
  return initialize.call(this);
};

const database = async () => {
  const one = await testDatabase();
  databases.push(one);
  return one.options;
};
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  for (const source of opened.splice(0)) if (source.isInitialized) await source.destroy();
  for (const one of databases.splice(0)) await one.drop();
});

const start = async (imports: ModuleMetadata['imports'] = []): Promise<INestApplicationContext> => {
  class App {}
  Module({ imports })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  apps.push(app);
  return app;
};
const faultsOf = async (...imports: (DynamicModule | Promise<DynamicModule>)[]): Promise<readonly string[]> => {
  const error: unknown = await start(imports).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InvalidOptionsError);
  return (error as InvalidOptionsError).issues;
};
const host = async (more: object = {}) =>
  TypeOrmModule.forRoot({ ...(await database()), autoLoadEntities: true, retryAttempts: 0, ...more });
const ports = () => ({ hasher: new CountingHasher(), notifier: new Inbox(), clock: new FakeClock() });

describe('the module', () => {
  it('[1.1] works in the host’s database', async () => {
    const app = await start([await host(), UsersModule.forRoot({ migrate: true, ports: ports() })]);
    await app.get(UsersService).create({ username: 'ann', password: PASSWORD });
    expect((await app.get(SessionsService).login({ login: 'ann', password: PASSWORD })).user.username).toBe('ann');
  });

  it('[1.1] brings a database of its own, migrated, and tells the host’s nothing of it', async () => {
    const options = await database();
    const app = await start([await host(), UsersModule.forRoot({ database: options, tablePrefix: 'own_', ports: ports() })]);
    await app.get(UsersService).create({ username: 'ann' });
    const tablesOf = (source: DataSource): string[] => source.entityMetadatas.map(({ tableName }) => tableName);
    expect(tablesOf(app.get(UsersDataSource, { strict: false }).dataSource)).toContain('own_sessions');
    expect(tablesOf(app.get(DataSource, { strict: false }))).not.toContain('own_sessions');
  });

  it('[1.1] takes its runtime options from a factory with dependencies', async () => {
    @Injectable()
    class Config {
      readonly open = false;
    }
    @Module({ providers: [Config], exports: [Config] })
    class ConfigModule {}
    const options: UsersModuleAsyncOptions = {
      imports: [ConfigModule],
      inject: [Config],
      useFactory: async (config: Config): Promise<RuntimeOptions> => ({ registration: { open: config.open } }),
      database: await database(),
      ports: ports(),
    };
    const app = await start([UsersModule.forRootAsync(options)]);
    await expect(app.get(UsersService).register({ username: 'bob', password: PASSWORD })).rejects.toMatchObject({
      code: 'USERS_REGISTRATION_CLOSED',
    });
  });

  it('[1.3] takes them from the environment', async () => {
    process.env['MODULE_TEST_EMAIL_CONFIRMATION_TOKEN_LIFETIME'] = '1h';
    try {
      const app = await start([
        UsersModule.forRootAsync({ useFactory: () => usersOptionsFromEnv('MODULE_TEST_'), database: await database(), ports: ports() }),
      ]);
      expect(app.get(RegistrationSettings, { strict: false }).confirmationLifetime).toBe(3_600_000);
    } finally {
      delete process.env['MODULE_TEST_EMAIL_CONFIRMATION_TOKEN_LIFETIME'];
    }
  });

  it('[1.1] is global, so that a feature module need not import it', async () => {
    @Injectable()
    class Notes {
      constructor(readonly users: UsersService) {}
    }
    @Module({ providers: [Notes] })
    class NotesModule {}
    const app = await start([UsersModule.forRoot({ database: await database(), ports: ports() }), NotesModule]);
    expect(app.get(Notes, { strict: false }).users).toBe(app.get(UsersService));
  });

  it('[1.1] with isGlobal: false is one instance for all who import the same module', async () => {
    const users = UsersModule.forRoot({ isGlobal: false, database: await database(), ports: ports() });
    @Injectable()
    class Notes {
      constructor(readonly users: UsersService) {}
    }
    @Module({ imports: [users], providers: [Notes] })
    class NotesModule {}
    @Module({ providers: [Notes] })
    class Stranger {}
    const app = await start([users, NotesModule]);
    expect(app.get(Notes, { strict: false }).users).toBe(app.get(UsersService, { strict: false }));
    await expect(start([UsersModule.forRoot({ isGlobal: false, database: await database(), ports: ports() }), Stranger])).rejects.toThrow(
      /Notes/,
    );
  });

  it('[1.6] tells a notifier of the host’s, a class or an object', async () => {
    class Pigeons extends Inbox {}
    const app = await start([UsersModule.forRoot({ database: await database(), ports: { ...ports(), notifier: Pigeons } })]);
    await app.get(UsersService).register({ email: 'bob@example.org', password: PASSWORD });
    await app.get(Background, { strict: false }).settled();
    expect((app.get(Notifier, { strict: false }) as Pigeons).kinds('bob@example.org')).toEqual(['confirm-email']);
  });

  it('[1.6] renders mails itself and hands them to the host’s transport', async () => {
    const mails: { to: string; text: string }[] = [];
    const { notifier: _, ...without } = ports();
    const mail = {
      from: 'no-reply@notes.example',
      baseUrl: 'https://notes.example',
      transport: async (one: { to: string; text: string }) => void mails.push(one),
    };
    const app = await start([UsersModule.forRoot({ database: await database(), ports: without, mail })]);
    await app.get(UsersService).register({ email: 'bob@example.org', password: PASSWORD });
    await app.get(Background, { strict: false }).settled();
    for (let tries = 0; mails.length === 0 && tries < 100; tries += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(mails).toMatchObject([{ to: 'bob@example.org', text: expect.stringContaining('https://notes.example/confirm#token=') }]);
  });
});

describe('a start that cannot succeed', () => {
  it('[1.1] says that there is no database, and names both ways', async () => {
    const [fault, ...more] = await faultsOf(UsersModule.forRoot());
    expect(more).toEqual([]);
    expect(fault).toMatch(/^database: there is none\. .*TypeOrmModule\.forRoot\(.*UsersModule\.forRoot\(\{ database: /);
  });

  it('[1.1] says all faults at once, each with its mend', async () => {
    const options = {
      registration: { opne: false, email: 'sometimes', signIn: 'yes', username: { min: 0, pattern: /a/g, reserved: 'root', mxa: 3 } },
      emailConfirmation: { tokenLifetime: 12 },
      sessions: 'short',
      passwords: { minLength: 3 },
      limits: null,
      sesions: {},
      tablePrefix: 'Auth-',
      routes: 'yes',
      user: class {},
    };
    const faults = await faultsOf(UsersModule.forRoot(options as unknown as UsersModuleOptions));
    for (const path of [
      'registration.opne',
      'registration.email',
      'registration.signIn',
      'registration.username',
      'registration.username.pattern',
      'registration.username.reserved',
      'registration.username.mxa',
      'emailConfirmation.tokenLifetime',
      'sessions',
      'passwords.minLength',
      'limits',
      'sesions',
      'tablePrefix',
      'routes',
      'user',
      'database',
    ]) {
      expect(faults.filter((fault) => fault.startsWith(`${path}: `))).toHaveLength(1);
    }
  });

  it.each([[undefined], [null], ['options'], [[]]])('[1.1] says that a factory returned %p', async (result) => {
    expect(await faultsOf(UsersModule.forRootAsync({ useFactory: () => result as RuntimeOptions, database: await database() }))).toEqual([
      'useFactory: let it return the options: an object, even if it is empty.',
    ]);
  });

  it('[1.1] says which options stand in the wrong place beside a factory, or are misspelt there', async () => {
    const options = {
      useFactory: () => ({ tablePrefix: 'x_' }),
      registration: { open: false },
      tablePrefx: 'x_',
      database: await database(),
    };
    const faults = await faultsOf(UsersModule.forRootAsync(options as unknown as UsersModuleAsyncOptions));
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(['registration', 'tablePrefx', 'tablePrefix']);
  });

  it('[1.1] says that it is imported twice', async () => {
    const faults = await faultsOf(await host(), UsersModule.forRoot({ migrate: true }), UsersModule.forRoot({}));
    expect(faults).toEqual([
      expect.stringMatching(/^UsersModule: forRoot\(\) is imported 2 times for the user space "users": import it once/),
    ]);
  });

  it('[1.1] says that the DataSource does not know our entities', async () => {
    for (const migrate of [false, true]) {
      const faults = await faultsOf(await host({ autoLoadEntities: false }), UsersModule.forRoot({ migrate }));
      expect(faults).toEqual([expect.stringContaining('set autoLoadEntities: true')]);
    }
  });

  it('[1.1] says that the tables are missing', async () => {
    expect(await faultsOf(await host(), UsersModule.forRoot())).toEqual([
      expect.stringMatching(/^database: the tables auth_users, .* are missing; set migrate: true/),
    ]);
  });

  it('[1.1] says that there are two places for the tables', async () => {
    expect(await faultsOf(UsersModule.forRoot({ database: await database(), dataSource: 'users' }))).toEqual([
      expect.stringContaining('dataSource: there is a database of our own as well'),
    ]);
  });

  it('[1.1] says what a user class lacks', async () => {
    class NoEntity extends BaseUser {}
    @Entity('field_users')
    class NoColumn extends BaseUser {
      @Field({ show: ['self'] }) nickname!: string;
    }
    @Entity('good_users')
    class Good extends BaseUser {
      @Column({ type: 'int', default: 0 }) points!: number;
    }
    expect(await faultsOf(UsersModule.forRoot({ user: NoEntity, database: await database() }))).toEqual([
      "user: put @Entity('auth_users') on the class NoEntity.",
    ]);
    expect(await faultsOf(UsersModule.forRoot({ user: NoColumn, database: await database() }))).toEqual([
      expect.stringMatching(/^user\.nickname: @Field stands on a property that is no scalar column/),
    ]);
    expect(await faultsOf(UsersModule.forRoot({ user: Good, database: await database() }))).toEqual([
      expect.stringContaining('the table good_users has no column points'),
    ]);
    expect(
      await faultsOf(
        UsersModule.forRoot({ space: defineUsers({ name: 'staff', tablePrefix: 'staff_' }), user: Good, database: await database() }),
      ),
    ).toEqual(['space: it says user and tablePrefix already: leave those out.']);
  });
});

describe('the end of the app', () => {
  /** The DataSources that are opened while `task` runs. */
  const watching = async (task: () => Promise<unknown>): Promise<DataSource[]> => {
    const before = opened.length;
    await task();
    return opened.slice(before);
  };

  it('[1.1] closes the database of our own', async () => {
    let app: INestApplicationContext | undefined;
    const options = await database();
    const [source, ...more] = await watching(async () => (app = await start([UsersModule.forRoot({ database: options, ports: ports() })])));
    expect([source?.isInitialized, more]).toEqual([true, []]);
    await app?.close();
    apps.length = 0;
    expect(source?.isInitialized).toBe(false);
  });

  it('[1.1] finishes what goes on behind the answers first', async () => {
    const { notifier, ...more } = ports();
    const app = await start([UsersModule.forRoot({ database: await database(), ports: { ...more, notifier } })]);
    await app.get(UsersService).register({ email: 'bob@example.org', password: PASSWORD });
    await app.close();
    apps.length = 0;
    expect(notifier.kinds('bob@example.org')).toEqual(['confirm-email']);
  });

  it('[1.1] leaves no timer behind', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const app = await start([UsersModule.forRoot({ database: await database(), ports: ports() })]);
    await app.get(UsersService).create({ username: 'ann', password: PASSWORD });
    const { token } = await app.get(SessionsService).login({ login: 'ann', password: PASSWORD });
    await app.get(SessionsService).authenticate(token);
    await app.close();
    apps.length = 0;
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('[1.1] comes also where the start failed: nothing stays open that we opened', async () => {
    const first = await database();
    const second = await database();
    const broken: DynamicModule[][] = [
      [UsersModule.forRoot({ database: first, registration: { email: 'sometimes' as 'optional' } })],
      [UsersModule.forRoot({ database: first, migrate: false })],
      [UsersModule.forRoot({ database: first }), UsersModule.forRoot({ database: second })],
    ];
    for (const imports of broken) {
      const sources = await watching(() => faultsOf(...imports));
      expect(sources.filter(({ isInitialized }) => isInitialized)).toEqual([]);
    }
  });
});
