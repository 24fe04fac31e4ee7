import { applyDecorators, Inject, Injectable, type Type, UseGuards } from '@nestjs/common';
import { UsersService } from './accounts/users.service.js';
import { NotWhileActing, notWhileActingBy } from './http/decorators/not-while-acting.decorator.js';
import { RecentLogin, recentLoginBy } from './http/decorators/recent-login.decorator.js';
import { RecentLoginGuard } from './http/guards/recent-login.guard.js';
import { demanding, someOf } from './http/demands.js';
import type { ResourceRoleOptions } from './http/decorators/require-resource-role.decorator.js';
import { AdminGuard } from './http/guards/admin.guard.js';
import { ResourceRoleGuard } from './http/guards/resource-role.guard.js';
import { RightsGuard } from './http/guards/rights.guard.js';
import { SessionGuard } from './http/guards/session.guard.js';
import { UsersHealth } from './health/users-health.js';
import { HttpExchanges } from './http/http-exchanges.js';
import { RequestAuthenticator } from './http/request-authenticator.js';
import { AdminRoute, RouteAccess } from './http/route-access.js';
import { ImpersonationService } from './impersonation/impersonation.service.js';
import type { Duration } from './kernel/duration.js';
import { PasswordResetService } from './password-reset/password-reset.service.js';
import { Memberships } from './roles/memberships.js';
import { InvalidationBus } from './persistence/invalidation-bus.port.js';
import { UsersEvents } from './persistence/users-events.js';
import { AttemptsService } from './rate-limits/attempts.service.js';
import { SessionsService } from './sessions/sessions.service.js';

type Guarding = ClassDecorator & MethodDecorator;

interface GuardsOfSpace {
  readonly session: Type;
  readonly admin: Type;
  readonly rights: Type;
  readonly resourceRole: Type;
}

/** By what names an app asks for the services and guards of one space. In the usual space they are the classes themselves. */
export interface SpaceFaces {
  /** `@Inject(staff.UsersService) private readonly users: UsersService<Staff>` */
  readonly UsersService: typeof UsersService | symbol;
  readonly SessionsService: typeof SessionsService | symbol;
  readonly ImpersonationService: typeof ImpersonationService | symbol;
  readonly PasswordResetService: typeof PasswordResetService | symbol;
  readonly AttemptsService: typeof AttemptsService | symbol;
  readonly UsersHealth: typeof UsersHealth | symbol;
  readonly UsersEvents: typeof UsersEvents | symbol;
  /** `@UseGuards(staff.SessionGuard)` */
  readonly SessionGuard: Type<SessionGuard>;
  /** `@staff.AdminOnly()` */
  readonly AdminOnly: () => Guarding;
  /** `@staff.RecentLogin('10m')` */
  readonly RecentLogin: (within?: Duration) => Guarding;
  /** `@staff.NotWhileActing()` */
  readonly NotWhileActing: () => Guarding;
  /** `@staff.RequirePermission('note:write')`, and so the three below */
  readonly RequirePermission: (...permissions: readonly string[]) => Guarding;
  readonly RequireRole: (...roles: readonly string[]) => Guarding;
  readonly RequireScope: (...scopes: readonly string[]) => Guarding;
  readonly RequireResourceRole: (level: string, options: ResourceRoleOptions) => Guarding;
  /** @internal what stands behind each name in the module of this space. */
  readonly providers: ReadonlyMap<symbol, Type>;
}

const SERVICES = {
  UsersService,
  SessionsService,
  ImpersonationService,
  PasswordResetService,
  AttemptsService,
  UsersHealth,
  UsersEvents,
} as const;
const GUARD_PARTS = [RouteAccess, HttpExchanges, RequestAuthenticator, Memberships] as const;
/** What extensions ask for beside those. */
const MORE_PARTS = [InvalidationBus] as const;

/** The usual space is asked for by the classes; every other one by names of its own, since a class can stand for one space only. */
export function facesOf(space: string): SpaceFaces {
  if (space === 'users') {
    const guards = { session: SessionGuard, admin: AdminGuard, rights: RightsGuard, resourceRole: ResourceRoleGuard };
    return { ...SERVICES, SessionGuard, ...decoratorsBy(guards), RecentLogin, NotWhileActing, providers: new Map() };
  }
  const providers = new Map<symbol, Type>();
  const named = (part: Type): symbol => {
    const token = Symbol(`${space}:${part.name}`);
    providers.set(token, part);
    return token;
  };
  const services = Object.fromEntries(Object.entries(SERVICES).map(([name, service]) => [name, named(service as Type)])) as Record<
    keyof typeof SERVICES,
    symbol
  >;
  const parts = GUARD_PARTS.map((part) => named(part as Type));
  for (const part of MORE_PARTS) named(part as unknown as Type);
  const { recent, ...guards } = guardsOf(parts);
  const RecentLoginOf: SpaceFaces['RecentLogin'] = (within) => recentLoginBy([guards.session, recent], within);
  const NotWhileActingOf = (): Guarding => notWhileActingBy(guards.session);
  return {
    ...{ ...services, SessionGuard: guards.session, ...decoratorsBy(guards) },
    ...{ RecentLogin: RecentLoginOf, NotWhileActing: NotWhileActingOf, providers },
  };
}

/** Subclasses, because a guard is told apart by its class: which one stands on a method decides what a word on its class lifts. */
function guardsOf(parts: readonly symbol[]): GuardsOfSpace & { readonly session: Type<SessionGuard>; readonly recent: Type } {
  const usual = parts.slice(0, -1);
  return {
    session: fedBy(usual, class extends SessionGuard {}),
    admin: fedBy(usual, class extends AdminGuard {}),
    rights: fedBy(usual, class extends RightsGuard {}),
    resourceRole: fedBy(parts, class extends ResourceRoleGuard {}),
    recent: fedBy(usual, class extends RecentLoginGuard {}),
  };
}

/** Nest makes a guard where it is used: there the classes of its parts would be the usual space's. */
function fedBy<G extends Type>(tokens: readonly symbol[], guard: G): G {
  Injectable()(guard);
  tokens.forEach((token, index) => Inject(token)(guard, undefined, index));
  return guard;
}

function decoratorsBy({
  session,
  admin,
  rights,
  resourceRole,
}: GuardsOfSpace): Omit<SpaceFaces, keyof typeof SERVICES | 'SessionGuard' | 'RecentLogin' | 'NotWhileActing' | 'providers'> {
  const asking = (kind: 'permission' | 'role' | 'scope', names: readonly string[]): Guarding =>
    applyDecorators(demanding({ kind, names }), UseGuards(session, rights));
  return {
    AdminOnly: () => applyDecorators(AdminRoute(true), UseGuards(session, admin)),
    RequirePermission: (...names) => asking('permission', someOf(names, 'RequirePermission')),
    RequireRole: (...names) => asking('role', someOf(names, 'RequireRole')),
    RequireScope: (...names) => asking('scope', names),
    RequireResourceRole: (level, { resource, param = 'id' }) =>
      applyDecorators(demanding({ kind: 'resource', level, resource, param }), UseGuards(session, resourceRole)),
  };
}
