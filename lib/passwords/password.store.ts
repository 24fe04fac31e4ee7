import { Injectable } from '@nestjs/common';
import { Equal, IsNull, type EntityManager, type FindOptionsWhere, type Repository } from 'typeorm';
import { isId } from '../kernel/id.js';
import type { Connection } from '../persistence/connection.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { PasswordRow } from './password.entity.js';

/** The statements on the table of passwords. */
@Injectable()
export class PasswordStore {
  private readonly entity: EntityClass<PasswordRow>;

  constructor(entities: SpaceEntities) {
    this.entity = entities.of(PasswordRow);
  }

  find(on: Connection, userId: string): Promise<PasswordRow | null> {
    return on.ask((manager) => this.rows(manager).findOneBy(where(userId)));
  }

  /**
   * Puts a password in the place of the user's earlier one, or of none; failures are forgotten, a disabled one lives again. `changedAt`
   * always grows, if need be by a millisecond over now: it tells one password from the next.
   */
  async upsert(on: Connection, userId: string, { hash, now }: { hash: string; now: Date }): Promise<void> {
    const which = where(userId);
    const replaced = await on.ask((manager) => {
      const query = manager.createQueryBuilder().update(this.entity);
      const changedAt = query.escape('changedAt');
      const later = `CASE WHEN ${changedAt} >= :changedFrom THEN ${changedAt} + 1 ELSE :changedFrom END`;
      return query
        .set({ hash, changedAt: () => later, failures: 0, disabledAt: null })
        .where(which)
        .setParameters({ changedFrom: now.getTime() })
        .execute();
    });
    if (replaced.affected !== 0) return;
    // Two first passwords at once: the upsert takes the later one, where an insert would fail.
    const row = { userId, hash, changedAt: now, failures: 0, disabledAt: null };
    await on.ask((manager) => this.rows(manager).upsert(row, ['userId']));
  }

  /** Hashes of users who are new, and so have none. */
  async insertAll(on: Connection, hashes: readonly { userId: string; hash: string }[], now: Date): Promise<void> {
    if (hashes.length === 0) return;
    await on.ask((manager) => this.rows(manager).insert(hashes.map((row) => ({ ...row, changedAt: now, failures: 0, disabledAt: null }))));
  }

  /**
   * Replaces the form of a password that stays the same, if it is still the one that was verified: a change in between must not be undone.
   *
   * @returns whether it was replaced.
   */
  async replaceHash(on: Connection, userId: string, { from, to }: { from: string; to: string }): Promise<boolean> {
    const result = await on.ask((manager) => this.rows(manager).update({ ...where(userId), hash: Equal(from) }, { hash: to }));
    return result.affected === 1;
  }

  /** One more wrong password, and the end of the password at the limit: one statement, so that none of many at once is lost. */
  async countFailure(on: Connection, userId: string, { limit, now }: { limit: number; now: Date }): Promise<void> {
    where(userId);
    await on.ask((manager) => {
      const query = manager.createQueryBuilder().update(this.entity);
      const [failures, disabledAt] = [query.escape('failures'), query.escape('disabledAt')];
      const set = {
        // MariaDB assigns from left to right, and what is on the right sees what is assigned already: this one first.
        disabledAt: () => `CASE WHEN ${failures} + 1 >= :limit THEN :disabledFrom ELSE ${disabledAt} END`,
        failures: () => `${failures} + 1`,
      };
      const parameters = { limit, disabledFrom: now.getTime() };
      return query
        .set(set)
        .where({ ...where(userId), disabledAt: IsNull() })
        .setParameters(parameters)
        .execute();
    });
  }

  /** After a right password. A disabled one stays disabled. */
  async clearFailures(on: Connection, userId: string): Promise<void> {
    await on.ask((manager) => this.rows(manager).update({ ...where(userId), disabledAt: IsNull() }, { failures: 0 }));
  }

  /** @returns whether there was one. */
  async delete(on: Connection, userId: string): Promise<boolean> {
    const result = await on.ask((manager) => this.rows(manager).delete(where(userId)));
    return result.affected === 1;
  }

  private rows(manager: EntityManager): Repository<PasswordRow> {
    return manager.getRepository(this.entity);
  }
}

/** An undefined id would otherwise make a condition that every row meets. */
function where(userId: string): FindOptionsWhere<PasswordRow> {
  if (!isId(userId)) throw new TypeError('A password belongs to a user: give his id.');
  return { userId: Equal(userId) };
}
