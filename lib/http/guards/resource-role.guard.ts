import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ForbiddenError } from '../../kernel/errors.js';
import { Memberships } from '../../roles/memberships.js';
import { InvalidSessionError } from '../../sessions/sessions.errors.js';
import type { ResourceDemand } from '../demands.js';
import { HttpExchanges } from '../http-exchanges.js';
import { RequestAuthenticator } from '../request-authenticator.js';
import { RouteAccess } from '../route-access.js';

/** Lets in whose membership of the resource that the call names reaches the level that the route asks for, as of this moment. */
@Injectable()
export class ResourceRoleGuard implements CanActivate {
  constructor(
    private readonly access: RouteAccess,
    private readonly exchanges: HttpExchanges,
    private readonly authenticator: RequestAuthenticator,
    private readonly memberships: Memberships,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const plan = this.access.of(context, this);
    if (plan.access === 'public') return true;
    try {
      const demand = { ...plan, isOptional: false, allowedNeeds: [] };
      const found = await this.authenticator.authenticate(this.exchanges.of(context), demand);
      if (found === null) throw new InvalidSessionError('missing');
      for (const asked of this.access.demandsOf(context)) if (asked.kind === 'resource') await this.require(found.user.id, asked, context);
      return true;
    } catch (error) {
      throw this.exchanges.readers.refusal(error, context);
    }
  }

  private async require(userId: string, { level, resource, param }: ResourceDemand, context: ExecutionContext): Promise<void> {
    const id = this.argumentIn(context, param);
    const levels = id === null ? [] : await this.memberships.levelsOn(userId, { resource, id });
    if (!levels.includes(level)) throw new ForbiddenError();
  }

  /** Out of the path, a query's arguments or a message; `null` for what can be no id. */
  private argumentIn(context: ExecutionContext, name: string): string | null {
    const value = context.getType() === 'http' ? this.exchanges.of(context).param(name) : own(messageOf(context), name);
    return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
  }
}

function messageOf(context: ExecutionContext): unknown {
  // A resolver is called with (parent, arguments, context, info), a gateway with (client, message), a message handler with (message, context).
  return context.getType() === 'rpc' ? context.switchToRpc().getData<unknown>() : context.getArgByIndex<unknown>(1);
}

function own(values: unknown, name: string): unknown {
  return typeof values === 'object' && values !== null && Object.hasOwn(values, name)
    ? (values as Record<string, unknown>)[name]
    : undefined;
}
