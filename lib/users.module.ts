import {
  type DynamicModule,
  type InjectionToken,
  Logger,
  Module,
  type OnModuleInit,
  type OptionalFactoryDependency,
  type Provider,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { UsersService } from './accounts/users.service.js';
import { defineUsers, isUserClass, type UserSpace } from './define-users.js';
import { UsersHealth } from './health/users-health.js';
import { HttpSettings } from './http/http.options.js';
import { HTTP_EXPORTS, HTTP_PROVIDERS } from './http/http.providers.js';
import { mountControllers } from './http/mount-controllers.js';
import { resolveOwnRoutes } from './http/own-routes.options.js';
import { PassportSettings } from './http/strategies/passport-registration.js';
import { ImpersonationService } from './impersonation/impersonation.service.js';
import { Clock } from './kernel/clock.port.js';
import { Issues } from './kernel/issues.js';
import { PasswordResetService } from './password-reset/password-reset.service.js';
import { Database } from './persistence/database.js';
import { InvalidationBus } from './persistence/invalidation-bus.port.js';
import { Outage } from './persistence/outage.js';
import { SpaceEntities } from './persistence/space-entities.js';
import { UsersEvents } from './persistence/users-events.js';
import { AttemptsService } from './rate-limits/attempts.service.js';
import { SessionsService } from './sessions/sessions.service.js';
import { UsersDataSource } from './users-database.js';
import {
  noteStrayOptions,
  partOptions,
  ResolvedOptions,
  resolveOptions,
  type RuntimeOptions,
  SETTINGS,
  type StructuralOptions,
  type UsersModuleAsyncOptions,
  type UsersModuleOptions,
} from './users.options.js';
import { portProviders } from './users.ports.js';
import { SERVICES } from './users.providers.js';
import { partsOfAll, type UsersExtension } from './users-extension.js';
import type { BaseUser } from './users/base-user.js';
import { OwnFields } from './users/own-fields.js';
import { weakSettingsOf } from './weak-settings.js';

type RuntimeFactory = Pick<UsersModuleAsyncOptions, 'useFactory' | 'inject'>;

/** The name of the space that an instance of the module serves. */
export abstract class SpaceName {
  abstract readonly name: string;
}

/** Users, sessions and password resets, in the host's own database. Import it once, in the root module. */
@Module({})
export class UsersModule implements OnModuleInit {
  constructor(
    private readonly ownFields: OwnFields,
    private readonly source: UsersDataSource,
  ) {}

  /** Global by default: a feature module's guard could not be resolved otherwise. */
  static forRoot<U extends BaseUser>(options: UsersModuleOptions<U> = {}): DynamicModule {
    const { structural, runtime } = partOptions(options);
    return compose(structural, { useFactory: () => runtime });
  }

  /** As {@link forRoot}, with the runtime options from a factory: a configuration service, a vault. */
  static forRootAsync<U extends BaseUser>({ useFactory, inject = [], ...structural }: UsersModuleAsyncOptions<U>): DynamicModule {
    return compose(structural, { useFactory, inject });
  }

  async onModuleInit(): Promise<void> {
    const issues = new Issues();
    this.ownFields.validate(issues);
    if (issues.any) await this.source.close();
    issues.throwIfAny();
  }
}

function compose<U extends BaseUser>(structural: StructuralOptions<U>, factory: RuntimeFactory): DynamicModule {
  const { isGlobal = true, imports = [], ports = {}, extensions = [] } = structural;
  const issues = new Issues();
  noteStrayOptions(structural, issues);
  if (structural.database !== undefined && structural.dataSource !== undefined)
    issues.add('dataSource', 'there is a database of our own as well: leave one of the two out.');
  const routes = resolveOwnRoutes(structural.routes, issues);
  const own = spaceOf(structural, issues);
  const added = partsOfAll(noteExtensions(extensions, issues), own);
  const space = { ...own, entities: [...own.entities, ...added.entities], migrations: [...own.migrations, ...added.migrations] };
  return {
    module: UsersModule,
    global: isGlobal,
    imports,
    controllers: mountControllers(routes, added),
    providers: [
      ...settingsProviders({ space: space.name, structural, issues }, factory),
      ...databaseProviders(space, structural),
      ...portProviders({ ...added.ports, ...ports }),
      ...SERVICES,
      ...HTTP_PROVIDERS,
      ...added.providers,
      ...[...space.providers].map(([token, part]): Provider => ({ provide: token, useExisting: part })),
    ],
    exports: [...exportsOf(space), ...added.exports],
  };
}

/** A space of another name exports its own names alone: the classes stand for the usual space, and the app may have that one too. */
function exportsOf({ providers }: UserSpace): InjectionToken[] {
  return providers.size > 0
    ? [...providers.keys()]
    : [
        UsersService,
        SessionsService,
        ImpersonationService,
        PasswordResetService,
        AttemptsService,
        UsersHealth,
        UsersEvents,
        InvalidationBus,
        ...HTTP_EXPORTS,
      ];
}

/** Twice the same would be two hands on one table. */
function noteExtensions(extensions: readonly UsersExtension[], issues: Issues): readonly UsersExtension[] {
  const isOne = (one: unknown): one is UsersExtension =>
    typeof one === 'object' && one !== null && typeof (one as UsersExtension).partsFor === 'function';
  if (!Array.isArray(extensions) || !extensions.every(isOne)) {
    issues.add('extensions', 'give a list of what extensions return: [auditLog()].');
    return [];
  }
  const names = extensions.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index)))
    issues.add('extensions', `"${name}" is there twice: give it once.`);
  return extensions;
}

function spaceOf<U extends BaseUser>({ space, user: given, tablePrefix }: StructuralOptions<U>, issues: Issues): UserSpace<U> {
  const user = given !== undefined && isUserClass(given, issues) ? given : undefined;
  if (space !== undefined && (given !== undefined || tablePrefix !== undefined))
    issues.add('space', 'it says user and tablePrefix already: leave those out.');
  if (tablePrefix !== undefined && !/^[a-z][a-z0-9_]{0,30}$/.test(tablePrefix)) {
    issues.add('tablePrefix', "give small letters, digits and underscores, beginning with a letter: 'auth_'.");
    return defineUsers({ ...(user && { user }) });
  }
  return space ?? defineUsers({ ...(user && { user }), ...(tablePrefix !== undefined && { tablePrefix }) });
}

function settingsProviders(
  known: { space: string; structural: StructuralOptions; issues: Issues },
  { useFactory, inject = [] }: RuntimeFactory,
): Provider[] {
  const { space, structural, issues } = known;
  const resolve = async (modules: ModulesContainer, host: DataSource | undefined, ...dependencies: unknown[]): Promise<ResolvedOptions> => {
    const runtime: RuntimeOptions = await useFactory(...(dependencies as never[]));
    const resolved = resolveOptions(runtime, { space, ports: structural.ports ?? {} }, issues);
    UsersDataSource.validate(host, structural.database, issues);
    noteTwins(modules, space, issues);
    issues.throwIfAny();
    for (const sentence of weakSettingsOf(runtime)) new Logger('UsersModule').warn(sentence);
    return resolved;
  };
  return [
    { provide: ResolvedOptions, useFactory: resolve, inject: [ModulesContainer, hostDataSource(structural.dataSource), ...inject] },
    ...SETTINGS.map((token): Provider => ({
      provide: token,
      useFactory: ({ slices }: ResolvedOptions) => slices.get(token),
      inject: [ResolvedOptions],
    })),
    { provide: SpaceName, useValue: { name: space } satisfies SpaceName },
    { provide: PassportSettings, useValue: { isOn: structural.passport ?? true, space } satisfies PassportSettings },
  ];
}

/** Nest takes each forRoot() for a module of its own: half the app would ask the one and half the other. */
function noteTwins(modules: ModulesContainer, space: string, issues: Issues): void {
  const spaces = [...modules.values()]
    .filter(({ metatype }) => metatype === UsersModule)
    .map(({ providers }) => providers.get(SpaceName)?.instance as SpaceName | undefined);
  const count = spaces.filter((one) => one?.name === space).length;
  if (count > 1)
    issues.add(
      'UsersModule',
      `forRoot() is imported ${count} times for the user space "${space}": import it once, in the root module; it is global.`,
    );
}

/** Optional, so that its absence is told in a sentence of ours. */
function hostDataSource(name: string | undefined): OptionalFactoryDependency {
  return { token: getDataSourceToken(name) as InjectionToken, optional: true };
}

function databaseProviders(space: UserSpace, { dataSource, database, migrate = database !== undefined }: StructuralOptions): Provider[] {
  // Called for what it does, not for what it returns: it tells a DataSource with `autoLoadEntities` of our entities. The module that it
  // returns could not start without a host's DataSource, and its error would not say how to mend that.
  if (database === undefined) TypeOrmModule.forFeature(space.entities, dataSource);
  const open = (_resolved: ResolvedOptions, host?: DataSource): Promise<UsersDataSource> => UsersDataSource.open(host, database, space);
  const connect = async (opened: UsersDataSource, http: HttpSettings, clock: Clock): Promise<Database> => {
    await opened.prepare(space, migrate, clock);
    return new Database(opened.dataSource, http.checkTimeout, new Outage(http.checkTimeout, space.name));
  };
  return [
    { provide: SpaceEntities, useValue: space.rows },
    // Behind the options: with a fault in them nothing is opened that nobody would close.
    { provide: UsersDataSource, useFactory: open, inject: [ResolvedOptions, hostDataSource(dataSource)] },
    { provide: Database, useFactory: connect, inject: [UsersDataSource, HttpSettings, Clock] },
  ];
}
