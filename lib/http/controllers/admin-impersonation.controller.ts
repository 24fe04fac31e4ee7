import { HttpCode, Post, Req } from '@nestjs/common';
import { type ImpersonationInput, ImpersonationService } from '../../impersonation/impersonation.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { AsksFor, ClosedToActing, SessionsOnly } from '../route-access.js';
import { SessionAnswers } from '../session-answers.js';
import { AdminRoutes } from './admin-routes.decorator.js';
import type { LoginAnswer } from './login.controller.js';

/** "Act as Ann": for who proved lately who he is, with a reason. */
@AdminRoutes()
export class AdminImpersonationController {
  constructor(
    private readonly impersonation: ImpersonationService,
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
    private readonly answers: SessionAnswers,
  ) {}

  /** The client goes on as that user, by a new token; the one that it came with opens nothing any more. */
  @AsksFor(['users.impersonate'])
  @SessionsOnly(true)
  @ClosedToActing(true)
  @HttpCode(200)
  @Post('users/:id/impersonate')
  async start(@Req() request: SessionRequest): Promise<LoginAnswer> {
    const exchange = this.exchanges.ofRequest(request);
    const { session } = request.auth;
    const input = take<ImpersonationInput>(bodyOf(exchange), ['reason']);
    this.sessions.requireRecentLogin(session);
    const from = exchange.source;
    const acting = await this.impersonation.start(session.id, { id: String(exchange.param('id')) }, { ...input, from });
    return { user: userView(acting.user, 'self'), ...this.answers.renew(exchange, acting) };
  }
}
