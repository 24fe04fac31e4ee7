import { Injectable } from '@nestjs/common';
import { IsNull, Not, type SelectQueryBuilder } from 'typeorm';
import { Clock } from '../kernel/clock.port.js';
import { fold } from '../kernel/identifiers.js';
import { isId } from '../kernel/id.js';
import { decodeCursor, invalidCursor, type Page, pageOf } from '../kernel/page.js';
import type { Connection } from '../persistence/connection.js';
import type { BaseUser, UserStatus } from './base-user.js';
import { UserStore } from './user.store.js';

export interface UserFilter {
  /** User names and addresses that begin so; letters only, never a pattern. */
  readonly prefix?: string | undefined;
  /** User names, addresses and display names that contain this, whatever the case; letters only, never a pattern. */
  readonly text?: string | undefined;
  readonly status?: UserStatus | undefined;
  readonly isAdmin?: boolean | undefined;
}

export interface UserPageRequest extends UserFilter {
  readonly limit: number;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** Lists and searches over users, by keyset: the millionth page costs what the first does. */
@Injectable()
export class UserSearchStore {
  constructor(
    private readonly users: UserStore,
    private readonly clock: Clock,
  ) {}

  /** Ordered by user name, then id. */
  async page(on: Connection, { limit, after, ...filter }: UserPageRequest): Promise<Page<BaseUser>> {
    const cursor = after === undefined ? null : decodeCursor(after, 2);
    // What is no uuid would fail the statement on PostgreSQL.
    if (cursor !== null && !isId(cursor[1])) throw invalidCursor();
    const rows = await on.ask((manager) => {
      const query = this.filtered(this.users.repository(manager).createQueryBuilder('user'), filter);
      const key = cursor === null && matchesFew(filter) ? UNINDEXED_KEY : 'user.sortKey';
      query
        .addSelect(key, 'sort_key')
        .orderBy('sort_key')
        .addOrderBy('user.id')
        .limit(limit + 1);
      if (cursor !== null) query.andWhere(BEHIND, { key: cursor[0], id: cursor[1] });
      return query.getRawAndEntities<{ sort_key: string }>();
    });
    const keys = new Map(rows.entities.map((user, index) => [user.id, rows.raw[index]?.sort_key ?? '']));
    return pageOf(
      rows.entities.map((user) => this.users.known(user)),
      limit,
      (user) => [keys.get(user.id) ?? '', user.id],
    );
  }

  count(on: Connection, filter: UserFilter): Promise<number> {
    return on.ask((manager) => this.filtered(this.users.repository(manager).createQueryBuilder('user'), filter).getCount());
  }

  /** Whether anybody has ever become active, whatever became of him. Stops at the first: strangers may ask. */
  async hasEverActive(on: Connection): Promise<boolean> {
    const where = { activatedAt: Not(IsNull()) };
    return (await on.ask((manager) => this.users.repository(manager).findOne({ select: { id: true }, where }))) !== null;
  }

  private filtered(query: SelectQueryBuilder<BaseUser>, { prefix, text, status, isAdmin }: UserFilter): SelectQueryBuilder<BaseUser> {
    // Keys are folded, so both sides are: on SQLite `lower()` knows ASCII only.
    if (prefix !== undefined)
      query.andWhere(`(user.usernameKey LIKE :prefix ESCAPE '!' OR user.emailKey LIKE :prefix ESCAPE '!')`, {
        prefix: `${escaped(prefix)}%`,
      });
    if (text !== undefined) {
      query.andWhere(
        `(user.usernameKey LIKE :text ESCAPE '!' OR user.emailKey LIKE :text ESCAPE '!' OR LOWER(user.email) LIKE :text ESCAPE '!' OR LOWER(user.displayName) LIKE :text ESCAPE '!')`,
        {
          text: `%${escaped(text)}%`,
        },
      );
    }
    if (isAdmin !== undefined) query.andWhere('user.isAdmin = :isAdmin', { isAdmin });
    if (status !== undefined) query.andWhere(STATUS[status], { now: this.clock.now().getTime() });
    return query;
  }
}

/** Said twice: SQLite and PostgreSQL begin in the middle of an index by the first half only, MariaDB by the second only. */
const BEHIND = '(user.sortKey, user.id) > (:key, :id) AND (user.sortKey > :key OR (user.sortKey = :key AND user.id > :id))';

/** The same key, by which no index is sorted. */
const UNINDEXED_KEY = "COALESCE(user.sortKey, '')";

/**
 * Whether a first page is better looked for in the whole table, and sorted then. SQLite and MariaDB would go through the index of the keys and
 * fetch row after row, which takes five times as long where there are few; where there is a second page, there are not so few.
 */
function matchesFew({ prefix, text, status }: UserFilter): boolean {
  return prefix !== undefined || text !== undefined || status === 'disabled' || status === 'banned';
}

const BANNED = '(user.bannedAt IS NOT NULL AND (user.bannedUntil IS NULL OR user.bannedUntil > :now))';

/** The same precedence as `statusOf`, for the database. */
const STATUS: Readonly<Record<UserStatus, string>> = {
  disabled: 'user.disabledAt IS NOT NULL',
  banned: `user.disabledAt IS NULL AND ${BANNED}`,
  pending: `user.disabledAt IS NULL AND NOT ${BANNED} AND user.activatedAt IS NULL`,
  active: `user.disabledAt IS NULL AND NOT ${BANNED} AND user.activatedAt IS NOT NULL`,
};

/** `%` and `_` are letters to whoever searches (pattern injection); `!` because a backslash means different things to the engines. */
function escaped(text: string): string {
  return fold(text).replace(/[!%_]/g, '!$&');
}
