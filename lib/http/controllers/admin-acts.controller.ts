import { HttpCode, Post, Put, Req } from '@nestjs/common';
import { UsersService } from '../../accounts/users.service.js';
import { Precedence } from '../../authority/precedence.js';
import { InvalidInputError } from '../../kernel/errors.js';
import type { BanInput } from '../../moderation/bans.service.js';
import { PasswordChangeService } from '../../password-change/password-change.service.js';
import { PasswordResetService } from '../../password-reset/password-reset.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { BaseUser } from '../../users/base-user.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import { humanIn, type SessionRequest } from '../own-request.js';
import { AsksFor, ClosedToActing, SessionsOnly } from '../route-access.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** What an administrator does to one user. */
@AdminRoutes()
export class AdminActsController {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly passwords: PasswordChangeService,
    private readonly resets: PasswordResetService,
    private readonly precedence: Precedence,
    private readonly exchanges: HttpExchanges,
  ) {}

  @AsksFor(['users.activate'])
  @HttpCode(200)
  @Post('users/:id/activate')
  async activate(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    return viewOf(await this.users.activate(await this.targetIn(request)));
  }

  @AsksFor(['users.activate'])
  @HttpCode(200)
  @Post('users/:id/deactivate')
  async deactivate(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    return viewOf(await this.users.deactivate(await this.targetIn(request)));
  }

  @AsksFor(['users.ban'])
  @HttpCode(200)
  @Post('users/:id/ban')
  async ban(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const details = take<BanInput>(bodyOf(this.exchanges.ofRequest(request)), ['reason', 'until']);
    return viewOf(await this.users.ban(await this.targetIn(request), { ...details, by: humanIn(request) }));
  }

  @AsksFor(['users.ban'])
  @HttpCode(200)
  @Post('users/:id/unban')
  async unban(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    return viewOf(await this.users.unban(await this.targetIn(request)));
  }

  @AsksFor(['users.update'])
  @HttpCode(200)
  @Post('users/:id/confirm-email')
  async confirmEmail(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    return viewOf(await this.users.confirmEmailFor(await this.targetIn(request)));
  }

  @AsksFor(['sessions.end'])
  @HttpCode(200)
  @Post('users/:id/end-sessions')
  async endSessions(@Req() request: SessionRequest): Promise<{ ended: number }> {
    const { id } = await this.users.findOrFail(await this.targetIn(request));
    return { ended: await this.sessions.endAll({ userId: id }) };
  }

  /** The link goes to the user's own address; the administrator never sees it. Beyond the budget of mails nothing is sent. */
  @AsksFor(['users.send-reset'])
  @HttpCode(200)
  @Post('users/:id/send-reset')
  async sendReset(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const user = await this.users.findOrFail(await this.targetIn(request));
    if (user.email === null) throw new InvalidInputError('This user has no address.', { email: ['USERS_REQUIRED'] });
    await this.resets.request({ email: user.email });
    return viewOf(user);
  }

  /** No permission leads here: only administrators make administrators. */
  @SessionsOnly(true)
  @ClosedToActing(true)
  @Put('users/:id/admin')
  async setAdmin(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const body = bodyOf(this.exchanges.ofRequest(request));
    const admin = body.flag('admin');
    body.done();
    return viewOf(await this.users.setAdmin(await this.targetIn(request), admin));
  }

  /** Every session of the user ends, and unless told otherwise he must choose another password at the next sign-in. */
  @AsksFor(['users.set-password'])
  @SessionsOnly(true)
  @ClosedToActing(true)
  @HttpCode(204)
  @Put('users/:id/password')
  async setPassword(@Req() request: SessionRequest): Promise<void> {
    const input = take(bodyOf(this.exchanges.ofRequest(request)), ['newPassword', 'verifyPassword', 'mustChange']);
    await this.passwords.set(await this.targetIn(request), { mustChange: true, ...input });
  }

  /** @throws ForbiddenError when he may administrate more than who asks. */
  private async targetIn(request: SessionRequest): Promise<string> {
    const id = String(this.exchanges.ofRequest(request).param('id'));
    await this.precedence.require(request.auth, id);
    return id;
  }
}

function viewOf(user: BaseUser): { user: UserView } {
  return { user: userView(user, 'admin') };
}
