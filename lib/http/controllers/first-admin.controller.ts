import { HttpCode, Post, Req } from '@nestjs/common';
import { FirstAdminLink } from '../../registration/first-admin-link.js';
import { type UserView, userView } from '../../users/user-view.js';
import { Public } from '../decorators/public.decorator.js';
import { HttpExchanges } from '../http-exchanges.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** Who read the link in the log makes the first administrator. */
@OwnRoutes()
export class FirstAdminController {
  constructor(
    private readonly links: FirstAdminLink,
    private readonly exchanges: HttpExchanges,
  ) {}

  /** Opens no session. */
  @Public()
  @HttpCode(201)
  @Post('first-admin')
  async create(@Req() request: object): Promise<{ user: UserView }> {
    const exchange = this.exchanges.ofRequest(request);
    return { user: userView(await this.links.use(exchange.body ?? {}, exchange.source), 'self') };
  }
}
