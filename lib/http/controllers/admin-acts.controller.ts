import { HttpCode, Post, Put, Req } from '@nestjs/common';
import { UsersService } from '../../accounts/users.service.js';
import { InvalidInputError } from '../../kernel/errors.js';
import { PasswordChangeService } from '../../password-change/password-change.service.js';
import { PasswordResetService } from '../../password-reset/password-reset.service.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { BaseUser } from '../../users/base-user.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** What an administrator does to one user. */
@AdminRoutes()
export class AdminActsController {
  constructor(
    private readonly users: UsersService,
    private readonly sessions: SessionsService,
    private readonly passwords: PasswordChangeService,
    private readonly resets: PasswordResetService,
    private readonly exchanges: HttpExchanges,
  ) {}

  @HttpCode(200)
  @Post('users/:id/activate')
  async activate(@Req() request: object): Promise<{ user: UserView }> {
    return viewOf(await this.users.activate(this.idIn(request)));
  }

  @HttpCode(200)
  @Post('users/:id/deactivate')
  async deactivate(@Req() request: object): Promise<{ user: UserView }> {
    return viewOf(await this.users.deactivate(this.idIn(request)));
  }

  @HttpCode(200)
  @Post('users/:id/confirm-email')
  async confirmEmail(@Req() request: object): Promise<{ user: UserView }> {
    return viewOf(await this.users.confirmEmailFor(this.idIn(request)));
  }

  @HttpCode(200)
  @Post('users/:id/end-sessions')
  async endSessions(@Req() request: object): Promise<{ ended: number }> {
    const { id } = await this.users.findOrFail(this.idIn(request));
    return { ended: await this.sessions.endAll({ userId: id }) };
  }

  /** The link goes to the user's own address; the administrator never sees it. Beyond the budget of mails nothing is sent. */
  @HttpCode(200)
  @Post('users/:id/send-reset')
  async sendReset(@Req() request: object): Promise<{ user: UserView }> {
    const user = await this.users.findOrFail(this.idIn(request));
    if (user.email === null) throw new InvalidInputError('This user has no address.', { email: ['USERS_REQUIRED'] });
    await this.resets.request({ email: user.email });
    return viewOf(user);
  }

  @Put('users/:id/admin')
  async setAdmin(@Req() request: object): Promise<{ user: UserView }> {
    const body = bodyOf(this.exchanges.ofRequest(request));
    const admin = body.flag('admin');
    body.done();
    return viewOf(await this.users.setAdmin(this.idIn(request), admin));
  }

  /** Every session of the user ends, and unless told otherwise he must choose another password at the next sign-in. */
  @HttpCode(204)
  @Put('users/:id/password')
  async setPassword(@Req() request: object): Promise<void> {
    const input = take(bodyOf(this.exchanges.ofRequest(request)), ['newPassword', 'verifyPassword', 'mustChange']);
    await this.passwords.set(this.idIn(request), { mustChange: true, ...input });
  }

  private idIn(request: object): string {
    return String(this.exchanges.ofRequest(request).param('id'));
  }
}

function viewOf(user: BaseUser): { user: UserView } {
  return { user: userView(user, 'admin') };
}
