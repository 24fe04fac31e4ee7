import { applyDecorators, Inject, Injectable, type Type, UseGuards } from '@nestjs/common';
import { UsersService } from './accounts/users.service.js';
import { AdminGuard } from './http/guards/admin.guard.js';
import { SessionGuard } from './http/guards/session.guard.js';
import { HttpExchanges } from './http/http-exchanges.js';
import { RequestAuthenticator } from './http/request-authenticator.js';
import { AdminRoute, RouteAccess } from './http/route-access.js';
import { PasswordResetService } from './password-reset/password-reset.service.js';
import { UsersEvents } from './persistence/users-events.js';
import { SessionsService } from './sessions/sessions.service.js';

/** By what names an app asks for the services and guards of one space. In the usual space they are the classes themselves. */
export interface SpaceFaces {
  /** `@Inject(staff.UsersService) private readonly users: UsersService<Staff>` */
  readonly UsersService: typeof UsersService | symbol;
  readonly SessionsService: typeof SessionsService | symbol;
  readonly PasswordResetService: typeof PasswordResetService | symbol;
  readonly UsersEvents: typeof UsersEvents | symbol;
  /** `@UseGuards(staff.SessionGuard)` */
  readonly SessionGuard: Type<SessionGuard>;
  /** `@staff.AdminOnly()` */
  readonly AdminOnly: () => ClassDecorator & MethodDecorator;
  /** @internal what stands behind each name in the module of this space. */
  readonly providers: ReadonlyMap<symbol, Type>;
}

const SERVICES = { UsersService, SessionsService, PasswordResetService, UsersEvents } as const;
const GUARD_PARTS = [RouteAccess, HttpExchanges, RequestAuthenticator] as const;

/** The usual space is asked for by the classes; every other one by names of its own, since a class can stand for one space only. */
export function facesOf(space: string): SpaceFaces {
  if (space === 'users') return { ...SERVICES, SessionGuard, AdminOnly: adminOnly(SessionGuard, AdminGuard), providers: new Map() };
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
  // Subclasses, because a guard is told apart by its class: which one stands on a method decides what a word on its class lifts.
  const session = fedBy(parts, class extends SessionGuard {});
  const admin = fedBy(parts, class extends AdminGuard {});
  return { ...services, SessionGuard: session, AdminOnly: adminOnly(session, admin), providers };
}

/** Nest makes a guard where it is used: there the classes of its parts would be the usual space's. */
function fedBy<G extends Type>(tokens: readonly symbol[], guard: G): G {
  Injectable()(guard);
  tokens.forEach((token, index) => Inject(token)(guard, undefined, index));
  return guard;
}

function adminOnly(session: Type, admin: Type): () => ClassDecorator & MethodDecorator {
  return () => applyDecorators(AdminRoute(true), UseGuards(session, admin));
}
