import { Injectable } from '@nestjs/common';
import {
  Equal,
  type EntityManager,
  type FindOptionsWhere,
  IsNull,
  LessThan,
  MoreThan,
  type ObjectLiteral,
  type Repository,
  type UpdateResult,
} from 'typeorm';
import { Clock } from '../kernel/clock.port.js';
import { Changes } from '../persistence/changes.js';
import type { Connection } from '../persistence/connection.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { violatedColumn } from '../persistence/unique-violation.js';
import { BaseUser, statusOf } from './base-user.js';
import { sortKeyAfter, withSortKey } from './sort-key.js';
import type { UserKey } from './user-ref.js';
import { EmailTakenError, UsernameTakenError } from './users.errors.js';

/** A user's row as it is written, with the host's own columns. */
export type UserRow = Partial<Omit<BaseUser, 'status' | 'toJSON'>> & Record<string, unknown>;

/** The statements on the table of users. */
@Injectable()
export class UserStore {
  readonly entity: EntityClass<BaseUser>;

  constructor(
    entities: SpaceEntities,
    private readonly clock: Clock,
    private readonly changes: Changes,
  ) {
    this.entity = entities.of(BaseUser);
  }

  /** Looks under every key, also behind a match: how many statements it takes must not tell a known name from an unknown one. */
  async find(on: Connection, keys: readonly UserKey[]): Promise<BaseUser | null> {
    let found: BaseUser | null = null;
    for (const key of keys) {
      const user = await on.ask((manager) => this.repository(manager).findOneBy(whereOf(key)));
      found ??= user;
    }
    return found === null ? null : this.known(found);
  }

  findById(on: Connection, id: string): Promise<BaseUser | null> {
    return this.find(on, [{ id }]);
  }

  /**
   * @throws UsernameTakenError and EmailTakenError as the unique indexes say.
   */
  async insert(on: Connection, row: UserRow & { id: string }): Promise<void> {
    await this.orTaken(on.ask((manager) => this.writer(manager).insert(withSortKey(row))));
  }

  /**
   * @returns whether there is such a user.
   * @throws UsernameTakenError and EmailTakenError as the unique indexes say.
   */
  async update(on: Connection, id: string, patch: UserRow): Promise<boolean> {
    const changed = [{ of: 'user', id } as const];
    const result = await this.orTaken(this.changes.write(on, changed, (manager) => this.patch(manager, id, patch)));
    return result.affected === 1;
  }

  /** A write that changes nothing but takes the row's lock: the first statement of a unit of work on one user. */
  async lock(on: Connection, id: string): Promise<boolean> {
    const result = await on.ask((manager) => this.writer(manager).update({ id: Equal(id) }, { id }));
    return result.affected === 1;
  }

  /** His passwords, sessions and tokens go with him, by the database's cascades. */
  async delete(on: Connection, id: string): Promise<boolean> {
    const result = await this.changes.write(on, [{ of: 'user', id }], (manager) => this.repository(manager).delete(whereOf({ id })));
    return result.affected === 1;
  }

  /** Takes an administrator's id off the bans that he imposed: nothing of a deleted user stays. */
  async forgetBanner(on: Connection, id: string): Promise<void> {
    const { affected } = await on.ask((manager) => this.writer(manager).update({ bannedById: Equal(id) }, { bannedById: null }));
    // Whose row it was on is not told.
    if (affected !== 0) this.changes.note(on, { of: 'all' });
  }

  /** Deletes a user only while nobody has confirmed or vouched for him. */
  async deletePending(on: Connection, id: string): Promise<boolean> {
    const pending = { id: Equal(id), activatedAt: IsNull() };
    const result = await this.changes.write(on, [{ of: 'user', id }], (manager) => this.repository(manager).delete(pending));
    return result.affected === 1;
  }

  /** The ids of at most `limit` users who registered before `before` and never confirmed. */
  async findStalePending(on: Connection, before: Date, { limit, after }: { limit: number; after: string | undefined }): Promise<string[]> {
    const where = { activatedAt: IsNull(), createdAt: LessThan(before), ...(after !== undefined && { id: MoreThan(after) }) };
    const users = await on.ask((manager) =>
      this.repository(manager).find({ select: { id: true }, where, order: { id: 'ASC' }, take: limit }),
    );
    return users.map(({ id }) => id);
  }

  /** Who could still administrate: active administrators. */
  async countActiveAdmins(on: Connection, now: Date): Promise<number> {
    const admins = await on.ask((manager) => this.repository(manager).findBy({ isAdmin: Equal(true) }));
    return admins.filter((admin) => statusOf(admin, now) === 'active').length;
  }

  /** Gives the row what is derived, not stored. */
  known<T extends BaseUser>(user: T): T {
    user.status = statusOf(user, this.clock.now());
    return user;
  }

  repository(manager: EntityManager): Repository<BaseUser> {
    return manager.getRepository(this.entity);
  }

  /** Untyped on purpose: TypeORM's type for a partial row never ends on JSON columns. {@link UserRow} has checked it. */
  private writer(manager: EntityManager): Repository<ObjectLiteral> {
    return manager.getRepository<ObjectLiteral>(this.entity);
  }

  private patch(manager: EntityManager, id: string, patch: UserRow): Promise<UpdateResult> {
    const query = this.writer(manager).createQueryBuilder().update();
    const sortKey = sortKeyAfter(patch, (column) => query.escape(column));
    if (sortKey === null) query.set(patch);
    else query.set({ ...patch, sortKey: () => sortKey.expression }).setParameters(sortKey.parameters);
    return query.where({ id: Equal(id) }).execute();
  }

  /** Tells a violation of one of our unique indexes by its error. */
  async orTaken<T>(statement: Promise<T>): Promise<T> {
    try {
      return await statement;
    } catch (error) {
      const column = violatedColumn(error, ['usernameKey', 'emailKey']);
      if (column === 'usernameKey') throw new UsernameTakenError();
      if (column === 'emailKey') throw new EmailTakenError();
      throw error;
    }
  }
}

/** `Equal` spells the comparison out: an `undefined` that slipped through would otherwise mean "any row" where a host so configured TypeORM. */
function whereOf(key: UserKey): FindOptionsWhere<BaseUser> {
  const [column, value] = Object.entries(key)[0] as [keyof BaseUser, string];
  return { [column]: Equal(value) };
}
