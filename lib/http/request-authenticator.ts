import { Injectable, Logger } from '@nestjs/common';
import { UnavailableError, UsersError } from '../kernel/errors.js';
import type { SessionNeed } from '../sessions/session.entity.js';
import type { SessionContext } from '../sessions/session.js';
import { InvalidSessionError, StepNeededError } from '../sessions/sessions.errors.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { Carriers } from './carriers/carriers.js';
import { CrossSiteRule } from './cross-site.rule.js';
import type { HttpExchange } from './http-exchange.js';

/** What a route lets through besides a complete session. */
export interface AuthenticationDemand {
  /** Nobody is welcome too; a session that is not complete is still refused. */
  readonly isOptional: boolean;
  readonly allowedNeeds: readonly SessionNeed[];
  /** Whether this counts as a use of the session, which prolongs it. @default true */
  readonly touch?: boolean;
}

/** Turns a request into the session that it shows, once for each request however many guards ask. */
@Injectable()
export class RequestAuthenticator {
  private readonly logger = new Logger('UsersHttp');
  private readonly found = new WeakMap<HttpExchange, Promise<SessionContext>>();

  constructor(
    private readonly carriers: Carriers,
    private readonly crossSite: CrossSiteRule,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * @returns `null` only where the demand is optional and nobody is signed in.
   * @throws InvalidSessionError, StepNeededError, CrossSiteError or UnavailableError: nothing that goes wrong lets anybody in, and
   * trouble with the database is never told as "not signed in".
   */
  async authenticate(
    exchange: HttpExchange,
    { isOptional, allowedNeeds, touch = true }: AuthenticationDemand,
  ): Promise<SessionContext | null> {
    const context = await this.contextOf(exchange, touch).catch((error: unknown) => {
      if (isOptional && error instanceof InvalidSessionError) return null;
      throw error;
    });
    const missing = context?.session.needs.filter((need) => !allowedNeeds.includes(need)) ?? [];
    if (missing.length > 0) throw new StepNeededError(context?.session.needs ?? missing);
    return context;
  }

  private contextOf(exchange: HttpExchange, touch: boolean): Promise<SessionContext> {
    const found = this.found.get(exchange) ?? this.ask(exchange, touch);
    this.found.set(exchange, found);
    return found;
  }

  private async ask(exchange: HttpExchange, touch: boolean): Promise<SessionContext> {
    const credential = this.carriers.read(exchange);
    this.crossSite.check(exchange, credential);
    if (credential.is !== 'token') throw new InvalidSessionError(credential.is === 'absent' ? 'missing' : 'malformed');
    try {
      return await this.sessions.authenticate(credential.token, { touch });
    } catch (error) {
      if (error instanceof UsersError) throw error;
      // An HttpException is not logged by Nest, and what is none of ours must not turn into "sign in first".
      this.logger.error('A session could not be checked.', error instanceof Error ? error.stack : String(error));
      throw new UnavailableError(error);
    }
  }
}
