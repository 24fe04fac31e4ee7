import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ForbiddenError } from '../../kernel/errors.js';
import { permits } from '../../roles/rights.js';
import type { SessionContext } from '../../sessions/session.js';
import { InvalidSessionError, ScopeMissingError } from '../../sessions/sessions.errors.js';
import type { Demand } from '../demands.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess } from '../route-access.js';

/**
 * Lets in who has the permissions, roles and scopes that the route and its class ask for: 401 without a session, 403 otherwise. As
 * {@link AdminGuard} it asks for the session itself, so that nothing left at the request by others counts.
 */
@Injectable()
export class RightsGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const plan = this.access.of(context, this);
    if (plan.access === 'public') return true;
    try {
      const demand = { ...plan, isOptional: false, allowedNeeds: [] };
      const found = await this.authenticator.authenticate(this.exchanges.of(context), demand);
      if (found === null) throw new InvalidSessionError('missing');
      for (const asked of this.access.demandsOf(context)) meet(found, asked);
      return true;
    } catch (error) {
      throw this.exchanges.readers.refusal(error, context);
    }
  }
}

function meet({ session, scopes, roles, permissions }: SessionContext, demand: Demand): void {
  // Another guard's matter: it has to ask the host.
  if (demand.kind === 'resource') return;
  const { kind, names } = demand;
  const isKey = session.kind === 'apiKey';
  if (isKey && kind !== 'role' && !names.every((name) => permits(scopes ?? [], name))) throw new ScopeMissingError();
  if (kind === 'permission' && !names.every((name) => permits(permissions, name))) throw new ForbiddenError();
  if (kind === 'role' && !names.some((name) => roles.includes(name))) throw new ForbiddenError();
}
