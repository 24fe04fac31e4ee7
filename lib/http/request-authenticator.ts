import { Injectable, Logger } from '@nestjs/common';
import type { Duration } from '../kernel/duration.js';
import { UnavailableError, UsersError } from '../kernel/errors.js';
import type { SessionNeed } from '../sessions/session.entity.js';
import type { Session, SessionContext } from '../sessions/session.js';
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
  /** Whether the route says what an API key must be good for. @default false */
  readonly takesKeys?: boolean;
  /** Whether the route is for the user himself, and for nobody who acts in his name. @default false */
  readonly isClosedToActing?: boolean;
}

/** Three parts (RFC 7515, section 7.1): no opaque token of ours looks like it. A cookie holds none. */
const SIGNED = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** Ours have one dot: most are told apart by that. */
function isSigned(token: string): boolean {
  return token.indexOf('.') !== token.lastIndexOf('.') && SIGNED.test(token);
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
  async authenticate(exchange: HttpExchange, demand: AuthenticationDemand): Promise<SessionContext | null> {
    try {
      const context = await (exchange.session ??= this.ask(exchange, demand.touch ?? true));
      this.require(context.session, demand);
      return context;
    } catch (error) {
      if (demand.isOptional && error instanceof InvalidSessionError) return null;
      throw this.orUnavailable(error);
    }
  }

  /** From here on the request counts as showing `token`, which the host has just put into its answer. */
  async admit(exchange: HttpExchange, token: string): Promise<SessionContext> {
    try {
      return await (exchange.session = this.sessions.authenticate(token, { touch: false }));
    } catch (error) {
      throw this.orUnavailable(error);
    }
  }

  private require(session: Session, { allowedNeeds, recentWithin, takesKeys, isClosedToActing }: AuthenticationDemand): void {
    const { kind, needs, actor } = session;
    if (kind === 'apiKey' && takesKeys !== true) throw new ScopeMissingError();
    if (actor !== null && isClosedToActing === true) throw new ActingError();
    if (!needs.every((need) => allowedNeeds.includes(need))) throw new StepNeededError(needs);
    if (recentWithin !== undefined) this.sessions.requireRecentLogin(session, recentWithin ?? undefined);
  }

  /** @throws at once for what needs no question; a second guard then finds the same. */
  private ask(exchange: HttpExchange, touch: boolean): Promise<SessionContext> {
    const credential = this.carriers.read(exchange);
    this.crossSite.check(exchange, credential);
    if (credential.is !== 'token') throw new InvalidSessionError(credential.is === 'absent' ? 'missing' : 'malformed');
    // By the carrier, never by trial: a key is no bearer token, and a session's token is no key.
    const { token, carrier } = credential;
    if (carrier === 'bearer' && isSigned(token)) return this.sessions.authenticateSigned(token, { touch });
    return carrier === 'apiKey' ? this.sessions.authenticateApiKey(token, { touch }) : this.sessions.authenticate(token, { touch });
  }

  private orUnavailable(error: unknown): UsersError {
    if (error instanceof UsersError) return error;
    // An HttpException is not logged by Nest, and what is none of ours must not turn into "sign in first".
    this.logger.error('A session could not be checked.', error instanceof Error ? error.stack : String(error));
    return new UnavailableError(error);
  }
}
