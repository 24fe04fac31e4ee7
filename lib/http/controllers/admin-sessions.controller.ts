import { Delete, Get, HttpCode, Put, Req } from '@nestjs/common';
import { Precedence } from '../../authority/precedence.js';
import { ForbiddenError, NotFoundError } from '../../kernel/errors.js';
import type { Page } from '../../kernel/page.js';
import { ADMIN } from '../../roles/right-names.js';
import type { EndSessions, ListSessions } from '../../sessions/session-input.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import { bodyOf } from '../body.js';
import { Carriers } from '../carriers/carriers.js';
import { CookieCarrier } from '../carriers/cookie.carrier.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { queryOf } from '../query.js';
import { AsksFor } from '../route-access.js';
import { type SessionViewForAdmin, sessionViewForAdmin } from '../session-view.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** Sessions opened at or before `at` are refused; `null` for none. */
export interface BlackoutView {
  readonly at: Date | null;
}

/** Who is signed in, as an administrator sees and ends it. */
@AdminRoutes()
export class AdminSessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly precedence: Precedence,
    private readonly exchanges: HttpExchanges,
    private readonly carriers: Carriers,
    private readonly cookie: CookieCarrier,
  ) {}

  @AsksFor(['sessions.read'])
  @Get('sessions')
  async list(@Req() request: object): Promise<Page<SessionViewForAdmin>> {
    const query = queryOf<ListSessions>(this.exchanges.ofRequest(request), ['userId', 'ip', 'state', 'limit', 'after']);
    const { items, next } = await this.sessions.list(query);
    return { items: items.map(sessionViewForAdmin), next };
  }

  @AsksFor(['sessions.end'])
  @HttpCode(204)
  @Delete('sessions/:id')
  async end(@Req() request: SessionRequest): Promise<void> {
    const session = await this.sessions.find(String(this.exchanges.ofRequest(request).param('id')));
    if (session === null) throw new NotFoundError();
    await this.precedence.require(request.auth, session.userId);
    if (!(await this.sessions.end(session.id))) throw new NotFoundError();
  }

  @AsksFor(['sessions.blackout'])
  @Get('blackout')
  async blackout(): Promise<BlackoutView> {
    return { at: await this.sessions.getBlackout() };
  }

  /** Signs everybody out, also who asks for it, and tells him so. */
  @AsksFor(['sessions.blackout'])
  @Put('blackout')
  async setBlackout(@Req() request: SessionRequest): Promise<BlackoutView & { endsYours: boolean }> {
    const exchange = this.exchanges.ofRequest(request);
    const at = await this.sessions.endAllBefore(bodyOf(exchange).raw('at') as string | undefined);
    const endsYours = request.auth.session.createdAt <= at;
    if (endsYours && this.carriers.read(exchange).carrier === 'cookie') this.cookie.clear(exchange);
    return { at, endsYours };
  }

  @AsksFor(['sessions.blackout'])
  @Delete('blackout')
  async clearBlackout(): Promise<BlackoutView> {
    await this.sessions.clearBlackout();
    return { at: null };
  }

  /** Everybody's, the administrator's own included, only with `everyone=true`. */
  @AsksFor(['sessions.end'])
  @Delete('sessions')
  async endMany(@Req() request: SessionRequest): Promise<{ ended: number }> {
    const query = queryOf<EndSessions>(this.exchanges.ofRequest(request), ['userId', 'state', 'everyone']);
    if ('userId' in query && typeof query.userId === 'string') await this.precedence.require(request.auth, query.userId);
    // Administrators are among everybody.
    else if (!request.auth.permissions.includes(ADMIN)) throw new ForbiddenError('Only administrators can end the sessions of everybody.');
    return { ended: await this.sessions.endAll(query) };
  }
}
