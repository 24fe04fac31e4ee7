import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type BaseUser, type RegisteredUser, type SessionContext, SessionGuard } from '../../index.js';
import { type HttpSettings, type RequestAuthenticator, RouteAccess } from '../../extend.js';
import { answerFor, authenticatorOf, exchanges } from './pretended-requests.js';
import { pretendedSession, type SignedInOptions } from './pretended-session.js';
import { refuseInProduction } from './refuse-in-production.js';

/** Stands in for {@link SessionGuard}: the real guard, asking somebody who always gives the same answer. */
export class SignedInGuard implements CanActivate {
  /** For a whole application, where `SessionGuard` stays: `overrideProvider(RequestAuthenticator).useValue(signedInAs({}).authenticator)`. */
  readonly authenticator: RequestAuthenticator;
  private readonly guard: SessionGuard;

  constructor(context: SessionContext | null, publicKey: string | null) {
    refuseInProduction('signedInAs()');
    this.authenticator = authenticatorOf(context);
    this.guard = new SessionGuard(accessBy(publicKey), exchanges, this.authenticator);
  }

  canActivate(context: ExecutionContext): Promise<boolean> {
    this.announce(context);
    return this.guard.canActivate(context);
  }

  /** The guards behind this one ask somebody else, who must know. */
  private announce(context: ExecutionContext): void {
    try {
      answerFor(exchanges.of(context), this.authenticator);
    } catch {
      // Nobody reads this kind of call: the guard says so, unless the route is public.
    }
  }
}

/** Reads `@Public()` and its like without a module. */
export function accessBy(publicKey: string | null): RouteAccess {
  return new RouteAccess(new Reflector(), { publicKey } as HttpSettings);
}

/**
 * In place of a log-in: `overrideGuard(SessionGuard).useValue(signedInAs({ isAdmin: true }))`. It needs no database.
 *
 * `request.user` and `request.auth` are as the real guard leaves them; `@Public()`, `@OptionalSession()` and, with
 * {@link UsersTestingModule} among the imports, `@AdminOnly()` are judged as ever.
 *
 * @throws Error under `NODE_ENV=production`.
 */
export function signedInAs<U extends BaseUser = RegisteredUser>(facts: Partial<U> = {}, options: SignedInOptions<U> = {}): SignedInGuard {
  return new SignedInGuard(pretendedSession(facts, options) as unknown as SessionContext, options.publicKey ?? null);
}

/** As {@link signedInAs}, with nobody there: 401, but for routes that let everybody in. */
export function signedOut({ publicKey }: Pick<SignedInOptions, 'publicKey'> = {}): SignedInGuard {
  return new SignedInGuard(null, publicKey ?? null);
}
