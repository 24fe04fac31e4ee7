import { Delete, Get, HttpCode, Req } from '@nestjs/common';
import { NotFoundError } from '../../kernel/errors.js';
import { MAX_PAGE_SIZE } from '../../kernel/page.js';
import type { Session } from '../../sessions/session.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { type SessionView, sessionView, sessionViewForOwner } from '../session-view.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** One of his, and whether it is the one that asks. */
type ListedSession = SessionView & { readonly current: boolean };

/** Where the user is signed in, and how he ends that. */
@OwnRoutes()
export class OwnSessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @Get('sessions')
  async list(@Req() { auth }: SessionRequest): Promise<{ items: ListedSession[] }> {
    const { items } = await this.sessions.list({ userId: auth.user.id, state: 'live', limit: MAX_PAGE_SIZE });
    return { items: items.map((session) => viewIn(session, session.id === auth.session.id)) };
  }

  @HttpCode(204)
  @Delete('sessions/:id')
  async end(@Req() request: SessionRequest): Promise<void> {
    const id = String(this.exchanges.ofRequest(request).param('id'));
    // Another user's session is not told apart from one that never was.
    if (!(await this.sessions.end(id, { userId: request.auth.user.id }))) throw new NotFoundError();
  }

  @Delete('sessions')
  async endOthers(@Req() { auth }: SessionRequest): Promise<{ ended: number }> {
    return { ended: await this.sessions.endAll({ userId: auth.user.id, except: auth.session.id }) };
  }
}

/** Whoever acts in his name knows why he does himself; of others who do he sees what the user sees. */
function viewIn(session: Session, current: boolean): ListedSession {
  return { ...(current ? sessionView(session) : sessionViewForOwner(session)), current };
}
