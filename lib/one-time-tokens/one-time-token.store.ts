import { Injectable } from '@nestjs/common';
import { Equal, In, IsNull, LessThan, MoreThan, type ObjectLiteral, type Repository, type EntityManager } from 'typeorm';
import type { Connection } from '../persistence/connection.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { OneTimeTokenRow, type TokenPurpose } from './one-time-token.entity.js';

/** The statements on the table of mailed tokens. */
@Injectable()
export class OneTimeTokenStore {
  private readonly entity: EntityClass<OneTimeTokenRow>;

  constructor(entities: SpaceEntities) {
    this.entity = entities.of(OneTimeTokenRow);
  }

  /** Puts `row` in the place of the user's earlier token of this purpose. An upsert: delete-and-insert deadlocks on MariaDB. */
  async replace(on: Connection, row: OneTimeTokenRow): Promise<void> {
    await on.ask((manager) => this.writer(manager).upsert({ ...row }, ['userId', 'purpose']));
  }

  findById(on: Connection, id: string): Promise<OneTimeTokenRow | null> {
    return on.ask((manager) => manager.getRepository(this.entity).findOneBy({ id: Equal(id) }));
  }

  findLiving(on: Connection, { userId, purpose }: Pick<OneTimeTokenRow, 'userId' | 'purpose'>, now: Date): Promise<OneTimeTokenRow | null> {
    const where = { userId: Equal(userId), purpose: Equal(purpose), consumedAt: IsNull(), expiresAt: MoreThan(now) };
    return on.ask((manager) => manager.getRepository(this.entity).findOneBy(where));
  }

  /** The newest unconfirmed token that went to this address. */
  findNewestSentTo(
    on: Connection,
    { sentTo, purpose }: { sentTo: string; purpose: TokenPurpose },
    now: Date,
  ): Promise<OneTimeTokenRow | null> {
    const where = { sentTo: Equal(sentTo), purpose: Equal(purpose), consumedAt: IsNull(), expiresAt: MoreThan(now) };
    return on.ask((manager) => manager.getRepository(this.entity).findOne({ where, order: { id: 'DESC' } }));
  }

  /** The one conditional write that decides between racers. @returns whether this caller was the one. */
  async consume(on: Connection, id: string, now: Date): Promise<boolean> {
    const where = { id: Equal(id), consumedAt: IsNull(), expiresAt: MoreThan(now) };
    const result = await on.ask((manager) => this.writer(manager).update(where, { consumedAt: now }));
    return result.affected === 1;
  }

  listOf(on: Connection, userId: string): Promise<OneTimeTokenRow[]> {
    return on.ask((manager) => manager.getRepository(this.entity).find({ where: { userId: Equal(userId) }, order: { id: 'DESC' } }));
  }

  async deleteOf(on: Connection, userId: string, purposes: readonly TokenPurpose[]): Promise<number> {
    const result = await on.ask((manager) => this.writer(manager).delete({ userId: Equal(userId), purpose: In([...purposes]) }));
    return result.affected ?? 0;
  }

  /** Deletes at most `limit` tokens that expired before `now`. @returns how many. */
  async purge(on: Connection, now: Date, limit: number): Promise<number> {
    const expired = await on.ask((manager) =>
      manager.getRepository(this.entity).find({ select: { id: true }, where: { expiresAt: LessThan(now) }, take: limit }),
    );
    if (expired.length === 0) return 0;
    const result = await on.ask((manager) =>
      this.writer(manager).delete({ id: In(expired.map(({ id }) => id)), expiresAt: LessThan(now) }),
    );
    return result.affected ?? 0;
  }

  private writer(manager: EntityManager): Repository<ObjectLiteral> {
    return manager.getRepository<ObjectLiteral>(this.entity);
  }
}
