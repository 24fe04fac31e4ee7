import 'reflect-metadata';
import { type INestApplication, Module, type Type } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PasswordResetService, SessionsService, UsersEvents, UsersModule, type UsersModuleOptions, UsersService } from 'nestjs-users';
import { Background } from 'nestjs-users/extend';
import { DataSource } from 'typeorm';
import { CountingHasher } from './counting-hasher.js';
import { type DatabaseOptions, type Engine, testDatabase } from './database.js';
import { FakeClock } from './fake-clock.js';
import { HttpClient } from './http-client.js';
import { Inbox } from './inbox.js';

export type Framework = 'express' | 'fastify';
export const FRAMEWORKS: readonly Framework[] = ['express', 'fastify'];

export interface HostOptions extends UsersModuleOptions {
  /** Listens on a port of its own; without it there is no HTTP. */
  readonly listen?: Framework;
  readonly controllers?: Type[];
  readonly modules?: Type[];
  /** Runs before the app is initialised: pipes, filters, prefixes. */
  readonly configure?: (app: INestApplication) => void;
  /** Leads the connection through a proxy, or changes its pool. */
  readonly connection?: (options: DatabaseOptions) => DatabaseOptions;
  /** For what has nothing to do with the engine. @default the run's */
  readonly engine?: Engine;
}

export const PASSWORD = 'correct horse battery';

/** An app as a host writes one, on a database of its own, with a clock that stands still. */
export class HostApp {
  readonly users: UsersService;
  readonly sessions: SessionsService;
  readonly resets: PasswordResetService;
  readonly events: UsersEvents;
  readonly dataSource: DataSource;

  private constructor(
    readonly app: INestApplication,
    readonly clock: FakeClock,
    readonly hasher: CountingHasher,
    readonly inbox: Inbox,
    /** Where it listens. */
    readonly url: string,
    private readonly drop: () => Promise<void>,
  ) {
    this.users = app.get(UsersService);
    this.sessions = app.get(SessionsService);
    this.resets = app.get(PasswordResetService);
    this.events = app.get(UsersEvents);
    this.dataSource = app.get(DataSource);
  }

  static async start({
    listen,
    controllers = [],
    modules = [],
    configure,
    connection = (same) => same,
    engine,
    ...options
  }: HostOptions = {}): Promise<HostApp> {
    const { options: database, drop } = await testDatabase(engine);
    const [clock, hasher, inbox] = [new FakeClock(), new CountingHasher(), new Inbox()];
    class App {}
    Module({
      imports: [
        TypeOrmModule.forRoot({ ...connection(database), autoLoadEntities: true, retryAttempts: 0 }),
        UsersModule.forRoot({ migrate: true, ...options, ports: { clock, hasher, notifier: inbox, ...options.ports } }),
        ...modules,
      ],
      controllers,
    })(App);
    try {
      const settings = { logger: process.env['USERS_TEST_LOG'] === undefined ? false : undefined, abortOnError: false } as const;
      const app =
        listen === 'fastify'
          ? await NestFactory.create(App, new FastifyAdapter() as never, settings as object)
          : await NestFactory.create(App, settings as object);
      configure?.(app);
      await (listen === undefined ? app.init() : app.listen(0, '127.0.0.1'));
      return new HostApp(app, clock, hasher, inbox, listen === undefined ? '' : await app.getUrl(), drop);
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
  async settled(): Promise<void> {
    await this.app.get(Background).settled();
  }

  /** An active user with {@link PASSWORD}; `name` is his user name and the local part of his confirmed address. */
  user(name = 'ann', more: Parameters<UsersService['create']>[0] = {}): ReturnType<UsersService['create']> {
    return this.users.create({ username: name, email: `${name}@example.org`, emailConfirmed: true, password: PASSWORD, ...more });
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.drop();
  }
}
