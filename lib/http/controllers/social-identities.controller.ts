import { Delete, Get, HttpCode, Req } from '@nestjs/common';
import { UsersService } from '../../accounts/users.service.js';
import { NotFoundError } from '../../kernel/errors.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { SocialIdentity } from '../../social-identities/social-identity.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { ClosedToActing } from '../route-access.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** By which providers the user can sign in. To link one is the host's own route: only he talks to the provider. */
@OwnRoutes()
export class SocialIdentitiesController {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @Get('social')
  async list(@Req() { auth }: SessionRequest): Promise<{ items: SocialIdentity[] }> {
    return { items: await this.users.listSocial(auth.user.id) };
  }

  /** A stolen session must not take the owner's way in from him. */
  @ClosedToActing(true)
  @HttpCode(204)
  @Delete('social/:provider')
  async unlink(@Req() request: SessionRequest): Promise<void> {
    this.sessions.requireRecentLogin(request.auth.session);
    const provider = String(this.exchanges.ofRequest(request).param('provider'));
    if (!(await this.users.unlinkSocial(request.auth.user.id, provider))) throw new NotFoundError();
  }
}
