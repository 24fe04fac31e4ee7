import { HttpCode, Post, Req } from '@nestjs/common';
import { type AcceptInvitationInput, InvitationAcceptance } from '../../invitations/invitation-acceptance.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { Public } from '../decorators/public.decorator.js';
import { HttpExchanges } from '../http-exchanges.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** Who was invited comes in. */
@OwnRoutes()
export class InvitationsController {
  constructor(
    private readonly acceptance: InvitationAcceptance,
    private readonly exchanges: HttpExchanges,
  ) {}

  @Public()
  @HttpCode(200)
  @Post('invitations/accept')
  async accept(@Req() request: object): Promise<{ user: UserView }> {
    const exchange = this.exchanges.ofRequest(request);
    const input = take<AcceptInvitationInput>(bodyOf(exchange), ['token', 'password', 'username']);
    return { user: userView(await this.acceptance.accept(input, exchange.source), 'self') };
  }
}
