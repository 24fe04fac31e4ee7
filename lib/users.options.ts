import type { DynamicModule, ForwardReference, InjectionToken, OptionalFactoryDependency, Type } from '@nestjs/common';
import type { DataSourceOptions } from 'typeorm';
import { type CaptchaOptions, CaptchaSettings, resolveCaptchaOptions } from './captcha/captcha.options.js';
import type { UserSpace } from './define-users.js';
import type { ClientAddress } from './http/client-address.port.js';
import { type HttpOptions, HttpSettings, resolveHttpOptions } from './http/http.options.js';
import type { OwnRoutesOptions } from './http/own-routes.options.js';
import type { Clock } from './kernel/clock.port.js';
import type { Issues } from './kernel/issues.js';
import { isPlainObject } from './kernel/json.js';
import type { RandomSource } from './kernel/random-source.port.js';
import { type MailOptions, MailSettings, resolveMailOptions } from './notifications/notifications.options.js';
import type { Notifier } from './notifications/notifier.port.js';
import { type PasswordResetOptions, PasswordResetSettings, resolvePasswordResetOptions } from './password-reset/password-reset.options.js';
import type { BreachChecker } from './passwords/breach-checker.port.js';
import type { PasswordHasher } from './passwords/password-hasher.port.js';
import { type PasswordsOptions, PasswordsSettings, resolvePasswordsOptions } from './passwords/passwords.options.js';
import type { InvalidationBus } from './persistence/invalidation-bus.port.js';
import type { EntityClass } from './persistence/space-entities.js';
import type { AttemptStore } from './rate-limits/attempt-store.port.js';
import { type LimitsOptions, LimitsSettings, resolveLimitsOptions } from './rate-limits/rate-limits.options.js';
import type { RoleDefinitions } from './roles/define-roles.js';
import { type MembershipsOptions, resolveRolesOptions, RolesSettings } from './roles/roles.options.js';
import {
  type EmailConfirmationOptions,
  type RegistrationOptions,
  RegistrationSettings,
  resolveRegistrationOptions,
} from './registration/registration.options.js';
import { type ApiKeysOptions, ApiKeysSettings, resolveApiKeysOptions } from './sessions/api-keys/api-keys.options.js';
import { resolveSessionsOptions, type SessionsOptions, SessionsSettings } from './sessions/sessions.options.js';
import type { SignedTokens } from './sessions/signed-tokens.port.js';
import type { BaseUser } from './users/base-user.js';
import type { UsersExtension } from './users-extension.js';
import { resolveUsersOptions, UsersSettings } from './users/users.options.js';

/** A class that Nest makes, or an object that is there already. */
export type Port<T> = Type<T> | T;

/** The doors to the outside: each has an implementation of ours unless the host brings his. */
export interface PortsOptions {
  readonly clock?: Port<Clock>;
  readonly random?: Port<RandomSource>;
  readonly hasher?: Port<PasswordHasher>;
  /** Takes over wholly from mail: SMS, push, a queue of the host's. */
  readonly notifier?: Port<Notifier>;
  readonly clientAddress?: Port<ClientAddress>;
  /** Asked about each new password, in the place of `passwords.breachCheck`. */
  readonly breachChecker?: Port<BreachChecker>;
  readonly attemptStore?: Port<AttemptStore>;
  /** What tells the other nodes of changes. */
  readonly invalidationBus?: Port<InvalidationBus>;
  /** Signed tokens beside the opaque ones: `nestjs-users/jwt` brings one. */
  readonly signedTokens?: Port<SignedTokens>;
}

/** What shapes the module graph: known before any factory runs, so it stands beside `useFactory` and never in its result. */
export interface StructuralOptions<U extends BaseUser = BaseUser> {
  /** The host's user class. @default User */
  readonly user?: EntityClass<U>;
  /** A space from `defineUsers()`; it takes the place of `user` and `tablePrefix`. */
  readonly space?: UserSpace<U>;
  /** @default 'auth_' */
  readonly tablePrefix?: string;
  /** The name of the host's DataSource. @default the default one */
  readonly dataSource?: string;
  /** A DataSource of our own, where the host has none; its entities are ours. */
  readonly database?: DataSourceOptions;
  /** Whether our migrations, and only ours, run at start-up. @default false; true with `database` */
  readonly migrate?: boolean;
  /** @default true */
  readonly isGlobal?: boolean;
  /** Whether the Passport strategies `users-local` and `users-session` are registered. @default true */
  readonly passport?: boolean;
  /** Our controllers: `true` for `/auth` and `/admin`. @default false */
  readonly routes?: boolean | OwnRoutesOptions;
  readonly ports?: PortsOptions;
  /** What adds tables, services and routes to this space: `[auditLog()]`. @default [] */
  readonly extensions?: readonly UsersExtension[];
  /** Modules whose providers the ports need. @default [] */
  readonly imports?: (Type | DynamicModule | Promise<DynamicModule> | ForwardReference)[];
}

/** What may come from a factory. */
export interface RuntimeOptions {
  readonly registration?: RegistrationOptions;
  readonly sessions?: SessionsOptions;
  readonly passwords?: PasswordsOptions;
  readonly passwordReset?: PasswordResetOptions;
  readonly emailConfirmation?: EmailConfirmationOptions;
  readonly http?: HttpOptions;
  readonly mail?: MailOptions;
  readonly limits?: LimitsOptions;
  readonly apiKeys?: ApiKeysOptions;
  /** Asks for proof of a person where somebody guesses, and at registrations. @default none */
  readonly captcha?: CaptchaOptions;
  /** What each role permits, from `defineRoles()`. @default none: any role can be given, and grants no permission */
  readonly roles?: RoleDefinitions;
  /** Where roles on the host's own resources come from. @default none */
  readonly memberships?: MembershipsOptions;
}

export type UsersModuleOptions<U extends BaseUser = BaseUser> = StructuralOptions<U> & RuntimeOptions;

export interface UsersModuleAsyncOptions<U extends BaseUser = BaseUser> extends StructuralOptions<U> {
  readonly useFactory: (...dependencies: never[]) => RuntimeOptions | Promise<RuntimeOptions>;
  readonly inject?: (InjectionToken | OptionalFactoryDependency)[];
}

const RUNTIME = [
  'registration',
  'sessions',
  'passwords',
  'passwordReset',
  'emailConfirmation',
  'http',
  'mail',
  'limits',
  'apiKeys',
  'captcha',
  'roles',
  'memberships',
];
const STRUCTURAL = [
  'user',
  'space',
  'tablePrefix',
  'dataSource',
  'database',
  'migrate',
  'isGlobal',
  'passport',
  'routes',
  'ports',
  'extensions',
  'imports',
];

/** All slices, resolved: the one result of the host's options. */
export class ResolvedOptions {
  constructor(readonly slices: ReadonlyMap<SettingsToken, object>) {}
}

export const SETTINGS = [
  UsersSettings,
  RegistrationSettings,
  SessionsSettings,
  PasswordsSettings,
  PasswordResetSettings,
  HttpSettings,
  MailSettings,
  LimitsSettings,
  RolesSettings,
  ApiKeysSettings,
  CaptchaSettings,
] as const;

export type SettingsToken = (typeof SETTINGS)[number];

/** Resolves every slice; every fault is noted in `issues`, and nothing is thrown here. */
export function resolveOptions(
  options: RuntimeOptions,
  { space, ports }: { space: string; ports: PortsOptions },
  issues: Issues,
): ResolvedOptions {
  const { registration = {}, emailConfirmation = {}, limits, http, mail, ...more } = readSlices(options, issues);
  const production = process.env['NODE_ENV'] === 'production';
  const limitsSettings = resolveLimitsOptions(limits, issues);
  const mailSettings = resolveMailOptions(mail, issues, { production, ownNotifier: ports.notifier !== undefined });
  return new ResolvedOptions(
    new Map<SettingsToken, object>([
      [UsersSettings, resolveUsersOptions(registration, issues)],
      [RegistrationSettings, resolveRegistrationOptions(registration, emailConfirmation, issues)],
      [SessionsSettings, resolveSessionsOptions(more.sessions, issues)],
      [PasswordsSettings, resolvePasswordsOptions(more.passwords, issues, limitsSettings.consecutiveFailures)],
      [PasswordResetSettings, resolvePasswordResetOptions(more.passwordReset, issues)],
      [HttpSettings, resolveHttpOptions(http, issues, { space, baseUrl: mailSettings.origin ?? undefined, isProduction: production })],
      [MailSettings, mailSettings],
      [LimitsSettings, limitsSettings],
      [ApiKeysSettings, resolveApiKeysOptions(more.apiKeys, issues)],
      [CaptchaSettings, resolveCaptchaOptions(more.captcha, issues)],
      [RolesSettings, resolveRolesOptions(more.roles, more.memberships, issues)],
    ]),
  );
}

/** What a factory returned may be anything; a misspelt option would otherwise be a default that nobody chose. */
function readSlices(options: unknown, issues: Issues): RuntimeOptions {
  if (!isPlainObject(options)) {
    issues.add('useFactory', 'let it return the options: an object, even if it is empty.');
    return {};
  }
  const entries = Object.entries(options).filter(([, slice]) => slice !== undefined);
  for (const [name, slice] of entries) {
    if (STRUCTURAL.includes(name)) issues.add(name, 'it shapes the module, so it must stand beside useFactory, not in its result.');
    else if (!RUNTIME.includes(name)) issues.add(name, `there is no such option; there are ${[...STRUCTURAL, ...RUNTIME].join(', ')}.`);
    else if (!isPlainObject(slice)) issues.add(name, 'give an object with options, or leave it out.');
  }
  return Object.fromEntries(entries.filter(([, slice]) => isPlainObject(slice)));
}

/** Notes what does not stand beside `useFactory`: what its result should hold would be lost there, as would a misspelt name. */
export function noteStrayOptions(structural: object, issues: Issues): void {
  for (const name of Object.keys(structural)) {
    if (RUNTIME.includes(name)) issues.add(name, 'let useFactory return it; beside useFactory nobody reads it.');
    else if (!STRUCTURAL.includes(name)) issues.add(name, `there is no such option; there are ${STRUCTURAL.join(', ')}.`);
  }
}

/** Parts the options of `forRoot()` into what shapes the module and what a factory could give. */
export function partOptions<U extends BaseUser>(
  options: UsersModuleOptions<U>,
): { structural: StructuralOptions<U>; runtime: RuntimeOptions } {
  const entries = Object.entries(options);
  return {
    structural: Object.fromEntries(entries.filter(([name]) => STRUCTURAL.includes(name))),
    runtime: Object.fromEntries(entries.filter(([name]) => !STRUCTURAL.includes(name))),
  };
}
