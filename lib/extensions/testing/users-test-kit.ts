import { type DynamicModule, type INestApplication, type INestApplicationContext, type InjectionToken, Module } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  type BaseUser,
  type CreateUserInput,
  defineUsers,
  type OpenInput,
  type PasswordResetService,
  type RegisteredUser,
  type SessionsService,
  type UsersEvents,
  UsersModule,
  type UsersModuleOptions,
  type UsersService,
  type UserSpace,
} from '../../index.js';
import { Background } from '../../extend.js';
import { type ActingUser, actingUser } from './acting-user.js';
import { FakeClock } from './fake-clock.js';
import { FastHasher } from './fast-hasher.js';
import { Inbox } from './inbox.js';
import { KitDatabase } from './kit-database.js';
import { createAlone, createHost, openHost, type UsersTestKitHost } from './kit-host.js';
import { refuseInProduction } from './refuse-in-production.js';

/** What differs from the plain kit. */
export interface UsersTestKitOptions<U extends BaseUser = BaseUser> {
  /** The host's user class. @default User */
  readonly user?: new () => U;
  /** As for `UsersModule.forRoot()`; ports given here win over the kit's. @default {} */
  readonly options?: Omit<UsersModuleOptions<U>, 'user' | 'database' | 'dataSource'>;
  /** Another database than SQLite in memory, which must be empty; with it, `options.migrate` is on. @default SQLite in memory */
  readonly database?: TypeOrmModuleOptions;
  /** @default a clock that stands still in November 2026 */
  readonly clock?: FakeClock;
}

type Home = ModulesContainer extends Map<string, infer M> ? M : never;

/** Stands in the container for the moment in which the kit learnt of its application. */
abstract class Attachment {
  abstract readonly at: ModuleRef;
}

/**
 * The library for tests: in memory, with a clock of its own, with passwords that cost nothing, and with every message kept. Put `imports`
 * in place of `TypeOrmModule.forRoot()` and `UsersModule.forRoot()`, let {@link serve} start an application of your modules round it, or call
 * {@link start} where there is no module to test.
 */
export class UsersTestKit<U extends BaseUser = RegisteredUser> {
  /** The password of everybody whom {@link createUser} makes. */
  readonly password = 'correct horse battery';
  readonly inbox = new Inbox();
  readonly hasher = new FastHasher();
  readonly clock: FakeClock;
  /** For a TestingModule; each module that is compiled with them has a database of its own. */
  readonly imports: DynamicModule[];
  private readonly space: UserSpace<U>;
  private readonly cookieName: string;
  private readonly database: KitDatabase;
  private container: ModuleRef | null = null;
  /** The module of the kit's space: a host may have others, with other instances of the same classes. */
  private home: Home | undefined;
  private own: INestApplicationContext | null = null;
  private made = 0;

  constructor({ user, options = {}, database, clock = new FakeClock() }: UsersTestKitOptions<U> = {}) {
    refuseInProduction('usersTestKit()');
    this.clock = clock;
    const {
      tablePrefix,
      space = defineUsers<U>({ ...(user && { user }), ...(tablePrefix !== undefined && { tablePrefix }) }),
      ...rest
    } = options;
    this.space = space;
    this.cookieName = cookieNameIn(space, options);
    this.database = new KitDatabase(space, database);
    const ports = { clock, hasher: this.hasher, notifier: this.inbox, ...options.ports };
    this.imports = [
      this.database.module,
      UsersModule.forRoot<U>({ migrate: database !== undefined, ...rest, space, ports }),
      this.attachment(),
    ];
  }

  get users(): UsersService<U> {
    return this.get<UsersService<U>>(this.space.UsersService);
  }

  get sessions(): SessionsService<U> {
    return this.get<SessionsService<U>>(this.space.SessionsService);
  }

  get resets(): PasswordResetService {
    return this.get<PasswordResetService>(this.space.PasswordResetService);
  }

  get events(): UsersEvents {
    return this.get<UsersEvents>(this.space.UsersEvents);
  }

  get dataSource(): DataSource {
    return this.get<DataSource>(DataSource);
  }

  /** Starts the library alone, without HTTP. */
  async start(): Promise<this> {
    await this.orClose(async () => {
      this.own = await createAlone(this.imports);
    });
    return this;
  }

  /** Starts an application of the host's modules round the library. A start that is refused leaves nothing open. */
  async serve(host: UsersTestKitHost = {}): Promise<INestApplication> {
    return this.orClose(async () => {
      const app = await createHost(this.imports, host);
      this.own = app;
      await openHost(app, host);
      return app;
    });
  }

  /** An active user with a confirmed address and {@link password}; names count up unless they are given. */
  createUser(input: CreateUserInput = {}): Promise<U> {
    this.made += 1;
    const username = input.username ?? `user${this.made}`;
    return this.users.create({ email: `${username}@example.org`, emailConfirmed: true, password: this.password, ...input, username });
  }

  /** Opens a session for `user`, to be shown by supertest, fetch or whatever: `.set(kit.actingAs(ann).headers)` after an `await`. */
  async actingAs(user: { readonly id: string }, session: OpenInput = {}): Promise<ActingUser<U>> {
    return actingUser(await this.sessions.open({ id: user.id }, session), this.cookieName);
  }

  /** Waits for what goes on after the answers: messages above all. */
  async settled(): Promise<void> {
    await this.get<Background>(Background).settled();
  }

  /** Ends what {@link start} or {@link serve} began. A TestingModule made of {@link imports} is closed by whoever made it. */
  async close(): Promise<void> {
    const { own } = this;
    this.own = null;
    await own?.close();
  }

  /** Nest closes nothing when a start fails. */
  private async orClose<T>(start: () => Promise<T>): Promise<T> {
    try {
      return await start();
    } catch (error) {
      await this.close().catch(() => undefined);
      await this.database.close();
      throw error;
    }
  }

  private get<T>(token: InjectionToken): T {
    if (this.container === null)
      throw new Error('No application runs with this kit yet: compile a module with kit.imports, or call kit.serve() or kit.start().');
    const own: unknown = this.home?.providers.get(token)?.instance;
    return (own as T | null | undefined) ?? this.container.get<T>(token as symbol, { strict: false });
  }

  /** A module that tells the kit of the application it became part of. */
  private attachment(): DynamicModule {
    const { UsersService: face } = this.space;
    const attach = (app: ModuleRef, modules: ModulesContainer, users: unknown): Attachment => {
      this.container = app;
      this.home = [...modules.values()].find(({ providers }) => providers.get(face)?.instance === users);
      return { at: app };
    };
    const inject = [ModuleRef, ModulesContainer, face];
    return { module: UsersTestKitAttachment, providers: [{ provide: Attachment, useFactory: attach, inject }] };
  }
}

@Module({})
class UsersTestKitAttachment {}

/** As the library names it over plain HTTP. */
function cookieNameIn(space: Pick<UserSpace, 'name'>, { http }: Pick<UsersModuleOptions, 'http'>): string {
  const own = space.name === 'users' ? '' : `${space.name}-`;
  const { name = `${own}session`, secure } = http?.cookie ?? {};
  return secure === true ? `__Host-${name}` : name;
}

/**
 * Makes a {@link UsersTestKit}.
 *
 * @throws Error under `NODE_ENV=production`.
 */
export function usersTestKit<U extends BaseUser = RegisteredUser>(options?: UsersTestKitOptions<U>): UsersTestKit<U> {
  return new UsersTestKit<U>(options);
}
