import { Injectable } from '@nestjs/common';
import type { BaseUser } from '../users/base-user.js';
import type { LoginResult, SessionContext } from '../sessions/session.js';
import { CrossSiteRule } from './cross-site.rule.js';
import { HttpExchanges } from './http-exchanges.js';
import { RequestAuthenticator } from './request-authenticator.js';
import { SessionAnswers } from './session-answers.js';

/** What a handler gets by `@Req()` and `@Res({ passthrough: true })`, a guard by `switchToHttp()`; Express's or Fastify's. */
export interface RunningRequest {
  readonly request: object;
  readonly response: object;
}

export interface SignInOptions {
  /** Whether the cookie outlives the browser. @default false */
  readonly remember?: boolean;
}

/**
 * Signs in whoever makes the running request, with a session that the host has opened by `SessionsService.open()`: after a social
 * sign-in, behind a mailed link, in place of another system's session.
 */
@Injectable()
export class RequestSignIn {
  constructor(
    private readonly exchanges: HttpExchanges,
    private readonly crossSite: CrossSiteRule,
    private readonly answers: SessionAnswers,
    private readonly authenticator: RequestAuthenticator,
  ) {}

  /**
   * Puts the token into the session cookie of the answer and ends the session that the request came with. Guards that come later in
   * this request see the new session.
   *
   * @returns the session as `SessionGuard` would find it.
   * @throws CrossSiteError when another site's page made the request, unless it is a GET (login CSRF).
   */
  async signIn(
    { request, response }: RunningRequest,
    opened: LoginResult<BaseUser>,
    { remember = false }: SignInOptions = {},
  ): Promise<SessionContext> {
    const exchange = this.exchanges.ofFace({ request, response, unit: request, keeper: request });
    this.crossSite.check(exchange, { carrier: null, hasSessionCookie: false });
    await this.answers.deliverAtLogin(exchange, opened, { transport: 'cookie', remember });
    return this.authenticator.admit(exchange, opened.token);
  }
}
