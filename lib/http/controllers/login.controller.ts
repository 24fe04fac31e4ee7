import { HttpCode, Post, Req } from '@nestjs/common';
import { type LoginInput, SessionsService } from '../../sessions/sessions.service.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { Carriers } from '../carriers/carriers.js';
import { CookieCarrier } from '../carriers/cookie.carrier.js';
import { DeviceCookie } from '../carriers/device.cookie.js';
import { Public } from '../decorators/public.decorator.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { ClosedToActing } from '../route-access.js';
import { extrasOf, SessionAnswers } from '../session-answers.js';
import { type SessionView, sessionView } from '../session-view.js';
import { OwnRoutes } from './own-routes.decorator.js';

export interface LoginAnswer {
  readonly user: UserView;
  readonly session: SessionView;
  /** With `transport: 'bearer'` alone. */
  readonly token?: string;
  /** Where the option `sessions.loginExtras` or signed tokens give any. */
  readonly extras?: Readonly<Record<string, unknown>>;
}

/** Signs in, signs out, and asks "is it still you?". */
@OwnRoutes()
export class LoginController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
    private readonly carriers: Carriers,
    private readonly cookie: CookieCarrier,
    private readonly device: DeviceCookie,
    private readonly answers: SessionAnswers,
  ) {}

  @Public()
  @HttpCode(200)
  @Post('login')
  async login(@Req() request: object): Promise<LoginAnswer> {
    const exchange = this.exchanges.ofRequest(request);
    const body = bodyOf(exchange);
    const delivery = this.answers.read(body);
    body.done();
    const input = take<LoginInput>(body, ['login', 'email', 'username', 'password', 'remember', 'deviceName']);
    const isBrowser = delivery.transport === 'cookie';
    const opened = await this.sessions.login(input, {
      ...exchange.sourceOfPerson,
      ...(isBrowser && { device: this.device.read(exchange) }),
    });
    const token = await this.answers.deliverAtLogin(exchange, opened, delivery);
    if (opened.device !== null) this.device.write(exchange, opened.device);
    return { user: userView(opened.user, 'self'), session: sessionView(opened.session), ...token, ...extrasOf(opened) };
  }

  /** Also without a live session, so that a front end can call it whatever it knows. */
  @Public()
  @HttpCode(204)
  @Post('logout')
  async logout(@Req() request: object): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const shown = this.carriers.read(exchange);
    if (shown.is === 'token') await this.sessions.endByToken(shown.token);
    if (shown.carrier !== 'bearer' && this.carriers.has('cookie')) this.cookie.clear(exchange);
  }

  @ClosedToActing(true)
  @HttpCode(200)
  @Post('reauthenticate')
  async reauthenticate(@Req() request: SessionRequest): Promise<Omit<LoginAnswer, 'user'>> {
    const exchange = this.exchanges.ofRequest(request);
    const { password } = take<{ password: string }>(bodyOf(exchange), ['password']);
    const renewed = await this.sessions.reauthenticate(request.auth.session.id, password, exchange.source);
    return { ...this.answers.renew(exchange, renewed), ...extrasOf(renewed) };
  }
}
