import { HttpCode, Post, Req } from '@nestjs/common';
import { PasswordResetService } from '../../password-reset/password-reset.service.js';
import { bodyOf, take } from '../body.js';
import { Public } from '../decorators/public.decorator.js';
import { HttpExchanges } from '../http-exchanges.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** A forgotten password. */
@OwnRoutes()
export class PasswordResetController {
  constructor(
    private readonly resets: PasswordResetService,
    private readonly exchanges: HttpExchanges,
  ) {}

  /** The same answer at the same cost, whoever it is. */
  @Public()
  @HttpCode(202)
  @Post('password/reset/request')
  async request(@Req() request: object): Promise<object> {
    const exchange = this.exchanges.ofRequest(request);
    await this.resets.request(take<{ login: string }>(bodyOf(exchange), ['login']), exchange.sourceOfPerson);
    return {};
  }

  @Public()
  @HttpCode(204)
  @Post('password/reset/confirm')
  async confirm(@Req() request: object): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const { token, newPassword, ...options } = take<{ token: string; newPassword: string; verifyPassword?: string }>(bodyOf(exchange), [
      'token',
      'newPassword',
      'verifyPassword',
    ]);
    await this.resets.reset(token, newPassword, options, exchange.source);
  }
}
