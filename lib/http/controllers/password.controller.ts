import { HttpCode, Post, Req } from '@nestjs/common';
import { PasswordChangeService } from '../../password-change/password-change.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { ClosedToActing, OpenToNeeds } from '../route-access.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** Changes the password of who is signed in. This session stays, the others end unless he wants to keep them. */
@OwnRoutes()
export class PasswordController {
  constructor(
    private readonly passwords: PasswordChangeService,
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @ClosedToActing(true)
  @HttpCode(204)
  @Post('password/change')
  async change(@Req() request: SessionRequest): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const { user, session } = request.auth;
    const input = take(bodyOf(exchange), ['oldPassword', 'newPassword', 'verifyPassword', 'endOthers']);
    await this.passwords.change(user.id, input, { keepSession: session.id, from: exchange.source });
  }

  /** For a session that can do only this, and for the first password of who signed in by other means, lately. */
  @OpenToNeeds(['new-password'])
  @ClosedToActing(true)
  @HttpCode(204)
  @Post('password/set')
  async set(@Req() request: SessionRequest): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const { user, session } = request.auth;
    const input = take(bodyOf(exchange), ['newPassword', 'verifyPassword']);
    const isFirst = !session.needs.includes('new-password') && (await this.passwords.status(user.id)) === 'set';
    if (!isFirst) return this.passwords.setRequired({ userId: user.id, sessionId: session.id }, input, exchange.source);
    // There is no old password to ask for: a stolen session must not make itself a way in that lasts.
    this.sessions.requireRecentLogin(session);
    await this.passwords.setInitial(user.id, input, { keepSession: session.id, from: exchange.source });
  }
}
