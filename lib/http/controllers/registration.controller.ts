import { HttpStatus, Post, Req } from '@nestjs/common';
import { RegistrationService } from '../../registration/registration.service.js';
import { RegistrationSettings } from '../../registration/registration.options.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { BaseUser } from '../../users/base-user.js';
import { userView } from '../../users/user-view.js';
import { bodyOf } from '../body.js';
import { Public } from '../decorators/public.decorator.js';
import type { HttpExchange } from '../http-exchange.js';
import { HttpExchanges } from '../http-exchanges.js';
import { extrasOf, SessionAnswers, type TokenDelivery } from '../session-answers.js';
import { sessionView } from '../session-view.js';
import { OwnRoutes } from './own-routes.decorator.js';
import type { LoginAnswer } from './login.controller.js';

/** Strangers make accounts. */
@OwnRoutes()
export class RegistrationController {
  constructor(
    private readonly registration: RegistrationService,
    private readonly settings: RegistrationSettings,
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
    private readonly answers: SessionAnswers,
  ) {}

  /** 202 and nothing else where an address was given, whether it is free, pending or taken; 201 with the user for a user name alone. */
  @Public()
  @Post('register')
  async register(@Req() request: object): Promise<Partial<LoginAnswer>> {
    const exchange = this.exchanges.ofRequest(request);
    const body = bodyOf(exchange);
    const delivery = this.answers.read(body);
    body.done();
    const { user } = await this.registration.register(exchange.body ?? {}, exchange.sourceOfPerson);
    if (user !== null) return this.welcome(exchange, user, delivery);
    exchange.answer.status(HttpStatus.ACCEPTED);
    return {};
  }

  private async welcome(exchange: HttpExchange, user: BaseUser, delivery: TokenDelivery): Promise<Partial<LoginAnswer>> {
    if (!this.settings.signIn) return { user: userView(user, 'self') };
    const opened = await this.sessions.open(user.id, { remember: delivery.remember }, exchange.source);
    const token = await this.answers.deliverAtLogin(exchange, opened, delivery);
    return { user: userView(user, 'self'), session: sessionView(opened.session), ...token, ...extrasOf(opened) };
  }
}
