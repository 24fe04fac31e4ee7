import { Delete, Get, HttpCode, Patch, Post, Req } from '@nestjs/common';
import { UserChanges } from '../../accounts/user-changes.js';
import { type SearchUsers } from '../../accounts/user-queries.js';
import { UsersService } from '../../accounts/users.service.js';
import { NotFoundError } from '../../kernel/errors.js';
import type { Page } from '../../kernel/page.js';
import { UserCreation } from '../../registration/user-creation.js';
import { SessionsService } from '../../sessions/sessions.service.js';
import type { BaseUser } from '../../users/base-user.js';
import { type UserView, userView } from '../../users/user-view.js';
import { HttpExchanges } from '../http-exchanges.js';
import { queryOf } from '../query.js';
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
    private readonly exchanges: HttpExchanges,
  ) {}

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

  @HttpCode(201)
  @Post('users')
  async create(@Req() request: object): Promise<{ user: UserView }> {
    return { user: userView(await this.creation.create(this.exchanges.ofRequest(request).body ?? {}, 'admin'), 'admin') };
  }

  @Get('users/:id')
  async read(@Req() request: object): Promise<UserDetails> {
    const user = await this.users.findOrFail(this.idIn(request));
    return { user: userView(user, 'admin'), counts: { sessions: await this.countSessions(user.id), apiKeys: 0 }, ban: banOf(user) };
  }

  @Patch('users/:id')
  async update(@Req() request: object): Promise<{ user: UserView }> {
    const user = await this.changes.update(this.idIn(request), this.exchanges.ofRequest(request).body ?? {}, 'admin');
    if (user === null) throw new NotFoundError();
    return { user: userView(user, 'admin') };
  }

  @HttpCode(204)
  @Delete('users/:id')
  async delete(@Req() request: object): Promise<void> {
    await this.users.deleteOrFail(this.idIn(request));
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

function banOf({ bannedAt, bannedUntil, banReason, status }: BaseUser): BanView | null {
  return bannedAt === null || status !== 'banned' ? null : { reason: banReason, until: bannedUntil, by: null, at: bannedAt };
}
