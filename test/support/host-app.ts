import 'reflect-metadata';
import type { INestApplication, Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { PasswordResetService, SessionsService, UsersEvents, UsersModuleOptions, UsersService } from 'nestjs-users';
import { type FakeClock, type Inbox, type UsersTestKit, usersTestKit } from 'nestjs-users/testing';
import type { DataSource } from 'typeorm';
import { CountingHasher } from './counting-hasher.js';
import { type DatabaseOptions, type Engine, type TestDatabase, testDatabase, testEngine } from './database.js';
import { HttpClient } from './http-client.js';
import { lendDatabase } from './lent-databases.js';

export type Framework = 'express' | 'fastify';
export const FRAMEWORKS: readonly Framework[] = ['express', 'fastify'];

type LibraryOptions = Omit<UsersModuleOptions, 'database' | 'dataSource'>;

export interface HostOptions extends LibraryOptions {
  /** Listens on a port of its own; without it there is no HTTP. */
  readonly listen?: Framework;
  readonly controllers?: Type[];
  readonly modules?: Type[];
  /** Runs before the app is initialised: pipes, filters, prefixes. */
  readonly configure?: (app: INestApplication) => void;
  /** Leads the connection through a proxy, or changes its pool. */
  readonly connection?: (options: DatabaseOptions) => DatabaseOptions;
  /** Goes to Fastify's adapter: Fastify takes its options at its creation only. */
  readonly fastify?: object;
  /** For what has nothing to do with the engine. @default the run's */
  readonly engine?: Engine;
  /** Runs while the application is made, after the kit, which refuses to exist in production. @default nothing */
  readonly around?: <T>(start: () => Promise<T>) => Promise<T>;
}

export const PASSWORD = 'correct horse battery';

/** `USERS_TEST_CACHE=1`: every suite on the cache of sessions, so that whatever says "at the next request" says it of that too. */
const CACHE = process.env['USERS_TEST_CACHE'] === '1' ? ({ cache: { lifetime: '1m' } } as const) : {};

/** The testing kit's host on a database of the run's engine, with hashes that are counted. */
export class HostApp {
  readonly users: UsersService;
  readonly sessions: SessionsService;
  readonly resets: PasswordResetService;
  readonly events: UsersEvents;
  readonly dataSource: DataSource;
  readonly clock: FakeClock;
  readonly inbox: Inbox;

  private constructor(
    private readonly kit: UsersTestKit,
    readonly app: INestApplication,
    readonly hasher: CountingHasher,
    /** Where it listens. */
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {
    this.users = kit.users;
    this.sessions = kit.sessions;
    this.resets = kit.resets;
    this.events = kit.events;
    this.dataSource = kit.dataSource;
    this.clock = kit.clock;
    this.inbox = kit.inbox;
  }

  static async start({
    listen,
    controllers,
    modules,
    configure,
    connection,
    engine,
    fastify,
    around = (start) => start(),
    ...options
  }: HostOptions = {}): Promise<HostApp> {
    const { options: own, drop } = await databaseFor(engine ?? testEngine(), connection, options);
    try {
      const hasher = new CountingHasher();
      const kit = kitOn(connection?.(own) ?? own, { ...options, ports: { hasher, ...options.ports } });
      const app = await around(() =>
        kit.serve({
          listen: listen !== undefined,
          ...(controllers && { controllers }),
          ...(modules && { modules }),
          ...(configure && { configure }),
          ...(listen === 'fastify' && { adapter: new FastifyAdapter(fastify) }),
          ...(process.env['USERS_TEST_LOG'] !== undefined && { logger: ['log', 'warn', 'error', 'fatal'] }),
        }),
      );
      return new HostApp(kit, app, hasher, listen === undefined ? '' : await app.getUrl(), drop);
    } catch (error) {
      await drop();
      throw error;
    }
  }

  /** A client of its own: its cookies are nobody else's. */
  client(): HttpClient {
    return new HttpClient(this.url);
  }

  /** Waits until what goes on after the answers is done. */
  settled(): Promise<void> {
    return this.kit.settled();
  }

  /** An active user with {@link PASSWORD}; `name` is his user name and the local part of his confirmed address. */
  user(name = 'ann', more: Parameters<UsersService['create']>[0] = {}): ReturnType<UsersService['create']> {
    return this.kit.createUser({ username: name, email: `${name}@example.org`, ...more });
  }

  async close(): Promise<void> {
    await this.kit.close();
    await this.drop();
  }
}

/** One with our tables will do where nobody looks at how they are made, or at the connection. */
function databaseFor(engine: Engine, connection: unknown, { migrate, user, space, tablePrefix }: LibraryOptions): Promise<TestDatabase> {
  const isPlain = [connection, migrate, user, space, tablePrefix].every((option) => option === undefined);
  // A file in a folder of its own costs next to nothing.
  return isPlain && engine !== 'sqlite' ? lendDatabase(engine) : testDatabase(engine);
}

function kitOn(database: DatabaseOptions, { user, ...given }: LibraryOptions): UsersTestKit {
  // Whatever the machine: some tests hash while they hold a hash.
  const passwords = { concurrency: 3, ...given.passwords };
  const options = { ...given, passwords, sessions: { ...CACHE, ...given.sessions } };
  return usersTestKit({ database, options, ...(user && { user }) }) as unknown as UsersTestKit;
}
