import { Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import { type CredentialFacts, type PersonalData, PersonalDataService } from '../../accounts/personal-data.service.js';
import { UserChanges } from '../../accounts/user-changes.js';
import { UsersService } from '../../accounts/users.service.js';
import { NotFoundError } from '../../kernel/errors.js';
import { Credentials } from '../../sessions/credentials.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf, take } from '../body.js';
import { Carriers } from '../carriers/carriers.js';
import { CookieCarrier } from '../carriers/cookie.carrier.js';
import { RequireScope } from '../decorators/require-scope.decorator.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { OptionalSessionRequest, SessionRequest } from '../own-request.js';
import { ClosedToActing, OpenToNeeds, OptionalRoute } from '../route-access.js';
import { type ContextView, contextView } from '../session-view.js';
import { OwnRoutes } from './own-routes.decorator.js';

/** Who one is, and what one may change about that. */
@OwnRoutes()
export class ProfileController {
  constructor(
    private readonly users: UsersService,
    private readonly personalData: PersonalDataService,
    private readonly changes: UserChanges,
    private readonly credentials: Credentials,
    private readonly exchanges: HttpExchanges,
    private readonly carriers: Carriers,
    private readonly cookie: CookieCarrier,
  ) {}

  /** For front ends that ask at every start, and that must learn which step a session still needs. */
  @OptionalRoute(true)
  @OpenToNeeds(['new-password', 'confirm-email', 'second-factor'])
  @Get('session')
  session(@Req() { auth }: OptionalSessionRequest): ContextView | { user: null; session: null } {
    return auth === null ? { user: null, session: null } : contextView(auth);
  }

  /** A program may ask whose key it holds. */
  @RequireScope()
  @Get('me')
  me(@Req() { auth }: SessionRequest): ContextView {
    return contextView(auth);
  }

  /** Everything kept about him, for himself: no API key may take it away, nor who acts in his name. */
  @ClosedToActing(true)
  @Get('me/export')
  export(@Req() { auth }: SessionRequest): Promise<PersonalData> {
    return this.users.exportPersonalData(auth.user.id);
  }

  /** For a page on which he changes his password and his address. */
  @ClosedToActing(true)
  @Get('me/credentials')
  credentialFacts(@Req() { auth }: SessionRequest): Promise<CredentialFacts> {
    return this.personalData.credentialFacts(auth.user.id);
  }

  @Patch('me')
  async update(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const user = await this.changes.update(request.auth.user.id, this.exchanges.ofRequest(request).body ?? {}, 'self');
    if (user === null) throw new NotFoundError();
    return { user: userView(user, 'self') };
  }

  @ClosedToActing(true)
  @HttpCode(200)
  @Post('username')
  async rename(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const { username } = take<{ username: string }>(bodyOf(this.exchanges.ofRequest(request)), ['username']);
    return { user: userView(await this.changes.changeUsername(request.auth.user.id, username, 'himself'), 'self') };
  }

  /** Deletes the account for good, for who proves that it is his. */
  @ClosedToActing(true)
  @HttpCode(204)
  @Post('me/delete')
  async delete(@Req() request: SessionRequest): Promise<void> {
    const exchange = this.exchanges.ofRequest(request);
    const body = bodyOf(exchange);
    const password = this.credentials.readPassword(body, 'password');
    body.done();
    await this.credentials.reprove(request.auth.user.id, password, exchange.source);
    await this.users.deleteOrFail(request.auth.user.id);
    if (this.carriers.read(exchange).carrier === 'cookie') this.cookie.clear(exchange);
  }
}
