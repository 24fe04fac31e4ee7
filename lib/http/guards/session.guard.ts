import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { SessionContext } from '../../sessions/session.js';
import { markFault, markPersonal } from '../answer-headers.js';
import { HttpExchanges, requestOf } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess } from '../route-access.js';

/** What the guard leaves at the request. Never `request.session`: that belongs to the host's own session middleware. */
interface AuthenticatedRequest {
  user?: unknown;
  auth?: SessionContext | null;
}

/**
 * Lets in who shows a good session, by cookie or bearer token, and leaves the user at `request.user` and the session, roles and
 * permissions at `request.auth`. 401 without one, 403 while the session needs a step, 503 when that cannot be found out.
 *
 * It guards HTTP routes; in any other context it refuses.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.access.of(context, this);
    if (access === 'public') return true;
    const exchange = this.exchanges.of(context);
    markPersonal(exchange);
    try {
      const demand = { isOptional: access === 'optional', allowedNeeds: this.access.needsAllowedIn(context) };
      leave(requestOf(context), await this.authenticator.authenticate(exchange, demand));
      return true;
    } catch (error) {
      markFault(exchange, error);
      throw error;
    }
  }
}

function leave(request: AuthenticatedRequest | null, found: SessionContext | null): void {
  if (request === null) return;
  request.user = found?.user ?? null;
  request.auth = found;
}
