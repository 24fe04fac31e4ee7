import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { InvalidSessionError } from '../../sessions/sessions.errors.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess } from '../route-access.js';

/**
 * "Is it still you?": lets in whose log-in is recent, 403 `USERS_REAUTHENTICATION_REQUIRED` otherwise. It asks for the session itself, so
 * that forgetting {@link SessionGuard} beside it opens nothing.
 */
@Injectable()
export class RecentLoginGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { access, allowedNeeds } = this.access.of(context, this);
    if (access === 'public') return true;
    try {
      const recentWithin = this.access.recentLoginIn(context) ?? null;
      const demand = { isOptional: false, allowedNeeds, recentWithin };
      if ((await this.authenticator.authenticate(this.exchanges.of(context), demand)) === null) throw new InvalidSessionError('missing');
      return true;
    } catch (error) {
      throw this.exchanges.readers.refusal(error, context);
    }
  }
}
