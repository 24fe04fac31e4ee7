import { HttpCode, Post, Req } from '@nestjs/common';
import { ImpersonationService } from '../../impersonation/impersonation.service.js';
import { userView } from '../../users/user-view.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { SessionAnswers } from '../session-answers.js';
import { sessionView } from '../session-view.js';
import type { LoginAnswer } from './login.controller.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** The way back for who acts in another's name. */
@OwnRoutes()
export class ImpersonationController {
  constructor(
    private readonly impersonation: ImpersonationService,
    private readonly exchanges: HttpExchanges,
    private readonly answers: SessionAnswers,
  ) {}

  /** His own session again, by a new token. For who acts as nobody else it changes nothing. */
  @HttpCode(200)
  @Post('impersonation/stop')
  async stop(@Req() request: SessionRequest): Promise<LoginAnswer> {
    const { user, session } = request.auth;
    if (session.actor === null) return { user: userView(user, 'self'), session: sessionView(session) };
    const own = await this.impersonation.stop(session.id);
    return { user: userView(own.user, 'self'), ...this.answers.renew(this.exchanges.ofRequest(request), own) };
  }
}
