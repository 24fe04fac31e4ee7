import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ForbiddenError } from '../../kernel/errors.js';
import { InvalidSessionError } from '../../sessions/sessions.errors.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess } from '../route-access.js';

/**
 * Lets in administrators: 401 without a session, 403 for anybody else. It asks for the session itself, so that forgetting
 * {@link SessionGuard} beside it, or a foreign `request.auth`, opens nothing; the answer is the one that guard got.
 */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    // A method marked `@Public()` in a class for administrators means what it says.
    if (this.access.of(context, this) === 'public') return true;
    try {
      return await this.check(context);
    } catch (error) {
      throw this.exchanges.readers.refusal(error, context);
    }
  }

  private async check(context: ExecutionContext): Promise<true> {
    const found = await this.authenticator.authenticate(this.exchanges.of(context), { isOptional: false, allowedNeeds: [] });
    if (found === null) throw new InvalidSessionError('missing');
    if (!found.user.isAdmin) throw new ForbiddenError('This is for administrators.');
    return true;
  }
}
