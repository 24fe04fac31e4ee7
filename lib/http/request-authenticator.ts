import { Injectable, Logger } from '@nestjs/common';
import type { Duration } from '../kernel/duration.js';
import { UnavailableError, UsersError } from '../kernel/errors.js';
import type { SessionNeed } from '../sessions/session.entity.js';
import type { SessionContext } from '../sessions/session.js';
import { ActingError, InvalidSessionError, ScopeMissingError, StepNeededError } from '../sessions/sessions.errors.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { Carriers } from './carriers/carriers.js';
import { CrossSiteRule } from './cross-site.rule.js';
import type { HttpExchange } from './http-exchange.js';

/** What a route lets through besides a complete session. */
export interface AuthenticationDemand {
  /** Nobody is welcome too; a session that is not complete is still refused. */
  readonly isOptional: boolean;
  readonly allowedNeeds: readonly SessionNeed[];
  /** How recently the user must have proved who he is; `null` for the usual time. @default any time ago */
  readonly recentWithin?: Duration | null | undefined;
  /** Whether this counts as a use of the session, which prolongs it. @default true */
  readonly touch?: boolean;
  /** Whether the route says what an API key must be good for; asked only where one is shown. @default no */
  readonly takesKeys?: () => boolean;
  /** Whether the route is for the user himself; asked only where somebody acts in his name. @default no */
  readonly isClosedToActing?: () => boolean;
}

/** Turns a request into the session that it shows, once for each request however many guards ask. */
@Injectable()
export class RequestAuthenticator {
  private readonly logger = new Logger('UsersHttp');

  constructor(
    private readonly carriers: Carriers,
    private readonly crossSite: CrossSiteRule,
    private readonly sessions: SessionsService,
  ) {}

  /**
   * @returns `null` only where the demand is optional and nobody is signed in.
   * @throws InvalidSessionError, ScopeMissingError, ActingError, StepNeededError, ReauthenticationRequiredError, CrossSiteError or
   * UnavailableError: nothing that goes wrong lets anybody in, and trouble with the database is never told as "not signed in".
   */
  async authenticate(
    exchange: HttpExchange,
    { isOptional, allowedNeeds, recentWithin, touch = true, takesKeys, isClosedToActing }: AuthenticationDemand,
  ): Promise<SessionContext | null> {
    try {
      const context = await (exchange.session ??= this.ask(exchange, touch));
      const { kind, needs, actor } = context.session;
      if (kind === 'apiKey' && takesKeys?.() !== true) throw new ScopeMissingError();
      if (actor !== null && isClosedToActing?.() === true) throw new ActingError();
      if (!needs.every((need) => allowedNeeds.includes(need))) throw new StepNeededError(needs);
      if (recentWithin !== undefined) this.sessions.requireRecentLogin(context.session, recentWithin ?? undefined);
      return context;
    } catch (error) {
      if (isOptional && error instanceof InvalidSessionError) return null;
      throw error;
    }
  }

  /** From here on the request counts as showing `token`, which the host has just put into its answer. */
  admit(exchange: HttpExchange, token: string): Promise<SessionContext> {
    const found = this.orUnavailable(() => this.sessions.authenticate(token, { touch: false }));
    exchange.session = found;
    return found;
  }

  /** @throws at once for what needs no question; a second guard then finds the same. */
  private ask(exchange: HttpExchange, touch: boolean): Promise<SessionContext> {
    const credential = this.carriers.read(exchange);
    this.crossSite.check(exchange, credential);
    if (credential.is !== 'token') throw new InvalidSessionError(credential.is === 'absent' ? 'missing' : 'malformed');
    // By the carrier, never by trial: a key is no bearer token, and a session's token is no key.
    const { token, carrier } = credential;
    return this.orUnavailable(() =>
      carrier === 'apiKey' ? this.sessions.authenticateApiKey(token, { touch }) : this.sessions.authenticate(token, { touch }),
    );
  }

  private async orUnavailable(ask: () => Promise<SessionContext>): Promise<SessionContext> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof UsersError) throw error;
      // An HttpException is not logged by Nest, and what is none of ours must not turn into "sign in first".
      this.logger.error('A session could not be checked.', error instanceof Error ? error.stack : String(error));
      throw new UnavailableError(error);
    }
  }
}
