import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { markFault, markPersonal } from '../answer-headers.js';
import { keepFound } from '../contexts/found-by-guard.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess } from '../route-access.js';

/**
 * Lets in who shows a good session, by cookie or bearer token, and leaves the user at `request.user` and the session, roles and
 * permissions at `request.auth`. 401 without one, 403 while the session needs a step, 503 when that cannot be found out.
 *
 * It guards HTTP routes, and resolvers, gateways and message handlers where the host imports the module for them; in any other context
 * it refuses.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const plan = this.access.of(context, this);
    if (plan.access === 'public') return true;
    const face = this.exchanges.readers.faceOf(context);
    const exchange = this.exchanges.ofFace(face);
    markPersonal(exchange);
    try {
      keepFound(face, context, await this.authenticator.authenticate(exchange, plan));
      return true;
    } catch (error) {
      markFault(exchange, error);
      throw this.exchanges.readers.refusal(error, context);
    }
  }
}
