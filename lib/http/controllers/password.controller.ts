import { HttpCode, Post, Req } from '@nestjs/common';
import { PasswordChangeService } from '../../password-change/password-change.service.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { OpenToNeeds } from '../route-access.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** Changes the password of who is signed in. The other sessions end, this one stays. */
@OwnRoutes()
export class PasswordController {
  constructor(
    private readonly passwords: PasswordChangeService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @HttpCode(204)
  @Post('password/change')
  async change(@Req() request: SessionRequest): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const { user, session } = request.auth;
    const input = take(bodyOf(exchange), ['oldPassword', 'newPassword', 'verifyPassword']);
    await this.passwords.change(user.id, input, { keepSession: session.id, from: exchange.source });
  }

  /** For a session that can do only this. */
  @OpenToNeeds(['new-password'])
  @HttpCode(204)
  @Post('password/set')
  async set(@Req() request: SessionRequest): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const { user, session } = request.auth;
    await this.passwords.setRequired(
      { userId: user.id, sessionId: session.id },
      take(bodyOf(exchange), ['newPassword', 'verifyPassword']),
      exchange.source,
    );
  }
}
