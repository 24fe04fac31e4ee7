import { Injectable } from '@nestjs/common';
import { Fields } from '../kernel/fields.js';
import { type Page, readPageRequest } from '../kernel/page.js';
import { Database } from '../persistence/database.js';
import type { BaseUser, UserStatus } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { type UserFilter, UserSearchStore } from '../users/user-search.store.js';
import { UserStore } from '../users/user.store.js';

export interface ListUsers {
  /** User names and addresses that begin so; every character stands for itself. */
  readonly prefix?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly isAdmin?: boolean | undefined;
  /** 1 to 200. @default 50 */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

export interface SearchUsers extends ListUsers {
  /** User names, addresses and display names that contain this, whatever the case; every character stands for itself. */
  readonly text?: string | undefined;
}

const STATUSES: readonly unknown[] = ['pending', 'active', 'banned', 'disabled'] satisfies UserStatus[];

/** Finds, lists, searches and counts. */
@Injectable()
export class UserQueries {
  constructor(
    private readonly users: UserStore,
    private readonly search: UserSearchStore,
    private readonly database: Database,
  ) {}

  /** @param active `undefined` for whoever it is. */
  async find(ref: UserRef, active: boolean | undefined): Promise<BaseUser | null> {
    const user = await this.users.find(this.database, keysOf(ref));
    return user === null || (active !== undefined && (user.status === 'active') !== active) ? null : user;
  }

  async page(request: unknown): Promise<Page<BaseUser>> {
    const input = Fields.of(request);
    const filter = readFilter(input);
    const page = readPageRequest(input);
    input.done();
    return this.search.page(this.database, { ...filter, ...page });
  }

  async *stream(request: object): AsyncGenerator<BaseUser> {
    for (let after: string | undefined; ;) {
      const page = await this.page({ ...request, limit: 200, after });
      yield* page.items;
      if (page.next === null) return;
      after = page.next;
    }
  }

  async count(request: unknown): Promise<number> {
    const input = Fields.of(request);
    const filter = readFilter(input);
    input.done();
    return this.search.count(this.database, filter);
  }
}

function readFilter(input: Fields): UserFilter {
  const status = input.raw('status');
  if (status !== undefined && !STATUSES.includes(status)) input.fault('status', 'USERS_NOT_VALID');
  return {
    prefix: input.optionalText('prefix'),
    text: input.optionalText('text'),
    status: status as UserStatus | undefined,
    isAdmin: input.optionalFlag('isAdmin'),
  };
}
