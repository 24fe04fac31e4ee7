import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ForbiddenError } from '../../kernel/errors.js';
import { ADMIN } from '../../roles/right-names.js';
import { permits } from '../../roles/rights.js';
import { InvalidSessionError } from '../../sessions/sessions.errors.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess, type RoutePlan } from '../route-access.js';

/**
 * Lets in administrators, and who has one of the permissions that a route of the administration asks for: 401 without a session, 403 for
 * anybody else. It asks for the session itself, so that forgetting
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
    const plan = this.access.of(context, this);
    if (plan.access === 'public') return true;
    try {
      return await this.check(context, plan);
    } catch (error) {
      throw this.exchanges.readers.refusal(error, context);
    }
  }

  private async check(context: ExecutionContext, plan: RoutePlan): Promise<true> {
    const demand = { ...plan, isOptional: false, allowedNeeds: [] };
    const found = await this.authenticator.authenticate(this.exchanges.of(context), demand);
    if (found === null) throw new InvalidSessionError('missing');
    const asked = this.access.permissionsAskedIn(context);
    if (![ADMIN, ...asked].some((permission) => permits(found.permissions, permission)))
      throw new ForbiddenError('This is for administrators.');
    return true;
  }
}
