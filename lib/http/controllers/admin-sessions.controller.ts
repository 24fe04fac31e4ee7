import { Delete, Get, HttpCode, Req } from '@nestjs/common';
import { NotFoundError } from '../../kernel/errors.js';
import type { Page } from '../../kernel/page.js';
import type { Session } from '../../sessions/session.js';
import type { EndSessions, ListSessions } from '../../sessions/session-input.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { HttpExchanges } from '../http-exchanges.js';
import { queryOf } from '../query.js';
import { sessionViewForAdmin } from '../session-view.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** Who is signed in, as an administrator sees and ends it. */
@AdminRoutes()
export class AdminSessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @Get('sessions')
  async list(@Req() request: object): Promise<Page<Session>> {
    const query = queryOf<ListSessions>(this.exchanges.ofRequest(request), ['userId', 'ip', 'state', 'limit', 'after']);
    const { items, next } = await this.sessions.list(query);
    return { items: items.map(sessionViewForAdmin), next };
  }

  @HttpCode(204)
  @Delete('sessions/:id')
  async end(@Req() request: object): Promise<void> {
    if (!(await this.sessions.end(String(this.exchanges.ofRequest(request).param('id'))))) throw new NotFoundError();
  }

  /** Everybody's, the administrator's own included, only with `everyone=true`. */
  @Delete('sessions')
  async endMany(@Req() request: object): Promise<{ ended: number }> {
    return { ended: await this.sessions.endAll(queryOf<EndSessions>(this.exchanges.ofRequest(request), ['userId', 'state', 'everyone'])) };
  }
}
