import { Injectable } from '@nestjs/common';
import { Equal, In, LessThan } from 'typeorm';
import type { Connection } from '../persistence/connection.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { KnownDeviceRow } from './known-device.entity.js';

/** The statements on the table of known devices. */
@Injectable()
export class KnownDeviceStore {
  private readonly entity: EntityClass<KnownDeviceRow>;

  constructor(entities: SpaceEntities) {
    this.entity = entities.of(KnownDeviceRow);
  }

  find(on: Connection, keys: readonly string[]): Promise<KnownDeviceRow | null> {
    return on.ask((manager) => manager.getRepository(this.entity).findOneBy({ key: In([...keys]) }));
  }

  async insert(on: Connection, row: KnownDeviceRow): Promise<void> {
    await on.ask((manager) => manager.getRepository(this.entity).insert({ ...row }));
  }

  async touch(on: Connection, key: string, lastSeenAt: Date): Promise<void> {
    await on.ask((manager) => manager.getRepository(this.entity).update({ key: Equal(key) }, { lastSeenAt }));
  }

  /** Forgets a user's devices beyond the `keep` that were seen last. */
  async prune(on: Connection, userId: string, keep: number): Promise<void> {
    const rows = await on.ask((manager) =>
      manager
        .getRepository(this.entity)
        .find({ select: { key: true }, where: { userId: Equal(userId) }, order: { lastSeenAt: 'DESC', createdAt: 'DESC' } }),
    );
    const surplus = rows.slice(keep).map(({ key }) => key);
    if (surplus.length > 0) await on.ask((manager) => manager.getRepository(this.entity).delete({ key: In(surplus) }));
  }

  async deleteOf(on: Connection, userId: string): Promise<void> {
    await on.ask((manager) => manager.getRepository(this.entity).delete({ userId: Equal(userId) }));
  }

  /** Deletes at most `limit` devices that were last seen before `before`. @returns how many. */
  async purge(on: Connection, before: Date, limit: number): Promise<number> {
    const old = { lastSeenAt: LessThan(before) };
    const rows = await on.ask((manager) =>
      manager.getRepository(this.entity).find({ select: { key: true }, where: old, order: { lastSeenAt: 'ASC' }, take: limit }),
    );
    if (rows.length === 0) return 0;
    const keys = { key: In(rows.map(({ key }) => key)) };
    const { affected } = await on.ask((manager) => manager.getRepository(this.entity).delete({ ...keys, ...old }));
    return affected ?? 0;
  }
}
