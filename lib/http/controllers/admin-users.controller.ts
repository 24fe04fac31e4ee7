import { Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import { UserChanges } from '../../accounts/user-changes.js';
import { type SearchUsers } from '../../accounts/user-queries.js';
import { UsersService } from '../../accounts/users.service.js';
import { Precedence } from '../../authority/precedence.js';
import { ForbiddenError, NotFoundError } from '../../kernel/errors.js';
import type { Page } from '../../kernel/page.js';
import { UserCreation } from '../../registration/user-creation.js';
import { ADMIN } from '../../roles/right-names.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { BaseUser } from '../../users/base-user.js';
import { type UserView, userView } from '../../users/user-view.js';
import { bodyOf } from '../body.js';
import { HttpExchanges } from '../http-exchanges.js';
import type { SessionRequest } from '../own-request.js';
import { queryOf } from '../query.js';
import { AsksFor } from '../route-access.js';
import { AdminRoutes } from './admin-routes.decorator.js';

/** Why and for how long somebody is kept out. */
export interface BanView {
  readonly reason: string | null;
  readonly until: Date | null;
  readonly by: string | null;
  readonly at: Date;
}

export interface UserDetails {
  readonly user: UserView;
  readonly counts: { readonly sessions: number; readonly apiKeys: number };
  readonly ban: BanView | null;
}

/** Users, as an administrator sees, makes, changes and deletes them. */
@AdminRoutes()
export class AdminUsersController {
  constructor(
    private readonly users: UsersService,
    private readonly creation: UserCreation,
    private readonly changes: UserChanges,
    private readonly sessions: SessionsService,
    private readonly precedence: Precedence,
    private readonly exchanges: HttpExchanges,
  ) {}

  @AsksFor(['users.read'])
  @Get('users')
  async list(@Req() request: object): Promise<Page<UserView>> {
    const { search, ...query } = queryOf<SearchUsers & { search?: string }>(this.exchanges.ofRequest(request), [
      'search',
      'prefix',
      'status',
      'isAdmin',
      'limit',
      'after',
    ]);
    const { items, next } = await this.users.search({ ...query, ...(search !== undefined && { text: search }) });
    return { items: items.map((user) => userView(user, 'admin')), next };
  }

  @AsksFor(['users.create'])
  @HttpCode(201)
  @Post('users')
  async create(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const body = bodyOf(this.exchanges.ofRequest(request));
    if (body.raw('isAdmin') === true && !request.auth.permissions.includes(ADMIN))
      throw new ForbiddenError('Only administrators make administrators.');
    return { user: userView(await this.creation.create(this.exchanges.ofRequest(request).body ?? {}, 'admin'), 'admin') };
  }

  @AsksFor(['users.read'])
  @Get('users/:id')
  async read(@Req() request: object): Promise<UserDetails> {
    const user = await this.users.findOrFail(this.idIn(request));
    return {
      user: userView(user, 'admin'),
      counts: { sessions: await this.countSessions(user.id), apiKeys: (await this.sessions.listApiKeys(user.id)).length },
      ban: banOf(user),
    };
  }

  @AsksFor(['users.update'])
  @Patch('users/:id')
  async update(@Req() request: SessionRequest): Promise<{ user: UserView }> {
    const user = await this.changes.update(await this.targetIn(request), this.exchanges.ofRequest(request).body ?? {}, 'admin');
    if (user === null) throw new NotFoundError();
    return { user: userView(user, 'admin') };
  }

  @AsksFor(['users.delete'])
  @HttpCode(204)
  @Delete('users/:id')
  async delete(@Req() request: SessionRequest): Promise<void> {
    await this.users.deleteOrFail(await this.targetIn(request));
  }

  /** @throws ForbiddenError when he may administrate more than who asks. */
  private async targetIn(request: SessionRequest): Promise<string> {
    const id = this.idIn(request);
    await this.precedence.require(request.auth, id);
    return id;
  }

  private idIn(request: object): string {
    return String(this.exchanges.ofRequest(request).param('id'));
  }

  private async countSessions(userId: string): Promise<number> {
    let count = 0;
    for (let after: string | undefined; ;) {
      const page = await this.sessions.list({ userId, state: 'live', limit: 200, after });
      count += page.items.length;
      if (page.next === null) return count;
      after = page.next;
    }
  }
}

function banOf({ bannedAt, bannedUntil, banReason, bannedById, status }: BaseUser): BanView | null {
  return bannedAt === null || status !== 'banned' ? null : { reason: banReason, until: bannedUntil, by: bannedById, at: bannedAt };
}
