import { Delete, HttpCode, Post, Req } from '@nestjs/common';
import { ConfirmationService } from '../../registration/confirmation.service.js';
import { EmailChangeService } from '../../registration/email-change.service.js';
import { EmailConfirmationService } from '../../registration/email-confirmation.service.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { Public } from '../decorators/public.decorator.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { OptionalSessionRequest, SessionRequest } from '../own-request.js';
import { ClosedToActing, OpenToNeeds, OptionalRoute } from '../route-access.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** Confirms addresses and changes them. Nothing here tells whether an address is known. */
@OwnRoutes()
export class EmailController {
  constructor(
    private readonly confirmations: EmailConfirmationService,
    private readonly confirmation: ConfirmationService,
    private readonly changes: EmailChangeService,
    private readonly exchanges: HttpExchanges,
  ) {}

  /** For the address in the body, or for one's own where somebody is signed in. */
  @OptionalRoute(true)
  @OpenToNeeds(['confirm-email', 'new-password'])
  @HttpCode(202)
  @Post('email/confirm/request')
  async requestConfirmation(@Req() request: OptionalSessionRequest): Promise<object> {
    const exchange = this.exchanges.ofRequest(request);
    const body = bodyOf(exchange);
    const own = request.auth?.user.email ?? undefined;
    const email = body.has('email') || own === undefined ? body.text('email', { max: 320 }) : own;
    body.done();
    await this.confirmations.requestQuietly(email, exchange.source);
    return {};
  }

  @Public()
  @HttpCode(200)
  @Post('email/confirm')
  async confirm(@Req() request: object): Promise<{ user: UserView }> {
    const exchange = this.exchanges.ofRequest(request);
    return { user: userView(await this.confirmation.confirm(bodyOf(exchange).raw('token') ?? null, exchange.source), 'self') };
  }

  @ClosedToActing(true)
  @HttpCode(202)
  @Post('email/change')
  async requestChange(@Req() request: SessionRequest): Promise<object> {
    const exchange = this.exchanges.ofRequest(request);
    const { user, session } = request.auth;
    await this.changes.requestAs(
      { userId: user.id, sessionId: session.id },
      take(bodyOf(exchange), ['email', 'password']),
      exchange.source,
    );
    return {};
  }

  /** Also where nothing waits. */
  @ClosedToActing(true)
  @HttpCode(204)
  @Delete('email/change')
  async cancelChange(@Req() { auth }: SessionRequest): Promise<void> {
    await this.changes.cancel(auth.user.id);
  }
}
