import { Put, Req } from '@nestjs/common';
import { AuthorityService } from '../../authority/authority.service.js';
import { Precedence } from '../../authority/precedence.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { AsksFor, ClosedToActing, SessionsOnly } from '../route-access.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** Gives and takes rights, and only those that the giver has himself: not those of whoever he acts as. */
@AdminRoutes()
export class AdminRightsController {
  constructor(
    private readonly authority: AuthorityService,
    private readonly precedence: Precedence,
    private readonly exchanges: HttpExchanges,
  ) {}

  @AsksFor(['users.set-permissions'])
  @SessionsOnly(true)
  @ClosedToActing(true)
  @Put('users/:id/permissions')
  async setPermissions(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const permissions = bodyOf(this.exchanges.ofRequest(request)).raw('permissions');
    return { user: userView(await this.authority.setPermissions(await this.targetIn(request), permissions, request.auth), 'admin') };
  }

  @AsksFor(['users.set-roles'])
  @SessionsOnly(true)
  @ClosedToActing(true)
  @Put('users/:id/roles')
  async setRoles(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const roles = bodyOf(this.exchanges.ofRequest(request)).raw('roles');
    return { user: userView(await this.authority.setRoles(await this.targetIn(request), roles, request.auth), 'admin') };
  }

  private async targetIn(request: SessionRequest): Promise<string> {
    const id = String(this.exchanges.ofRequest(request).param('id'));
    await this.precedence.require(request.auth, id);
    return id;
  }
}
