import { HttpCode, Post, Req } from '@nestjs/common';
import { Invitations, type InviteInput } from '../../invitations/invitations.service.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import { humanIn, type SessionRequest } from '../own-request.js';
import { AsksFor } from '../route-access.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** Somebody was invited; the link is in his mail alone. */
export interface InvitationView {
  readonly user: UserView;
  readonly expiresAt: Date;
}

/** Asks people in. */
@AdminRoutes()
export class AdminInvitationsController {
  constructor(
    private readonly invitations: Invitations,
    private readonly exchanges: HttpExchanges,
  ) {}

  @AsksFor(['users.invite'])
  @HttpCode(201)
  @Post('invitations')
  async invite(@Req() request: SessionRequest): Promise<InvitationView> {
    const exchange = this.exchanges.ofRequest(request);
    const input = take<InviteInput>(bodyOf(exchange), ['email', 'displayName']);
    const { user, expiresAt } = await this.invitations.invite({ ...input, invitedBy: humanIn(request) }, exchange.source);
    return { user: userView(user, 'admin'), expiresAt };
  }
}
