import { Injectable } from '@nestjs/common';
import { Equal, type ObjectLiteral } from 'typeorm';
import { Changes } from './changes.js';
import type { Connection } from './connection.js';
import { type EntityClass, SpaceEntities } from './space-entities.js';
import { StateRow } from './state.entity.js';

/** What concerns the whole space. `admins` is the lock of every rule about administrators. */
export type StateKey = 'admins' | 'first-admin' | 'first-admin-links' | 'blackout' | 'import' | 'invitations';

/** The statements on the table of state. */
@Injectable()
export class StateStore {
  private readonly entity: EntityClass<StateRow>;

  constructor(
    entities: SpaceEntities,
    private readonly changes: Changes,
  ) {
    this.entity = entities.of(StateRow);
  }

  /** Takes the row's lock until the unit of work ends, making the row if need be: an upsert is a write on every engine. */
  async lock(on: Connection, key: StateKey): Promise<void> {
    await on.ask((manager) =>
      manager.createQueryBuilder().insert().into<ObjectLiteral>(this.entity).values({ key }).orUpdate(['key'], ['key']).execute(),
    );
  }

  async get(on: Connection, key: StateKey): Promise<unknown> {
    const row = await on.ask((manager) => manager.getRepository(this.entity).findOneBy({ key: Equal(key) }));
    return row?.value ?? null;
  }

  async set(on: Connection, key: StateKey, value: unknown): Promise<void> {
    // Only the blackout is read with each session.
    const changed = key === 'blackout' ? [{ of: 'all' } as const] : [];
    await this.changes.write(on, changed, (manager) => manager.getRepository<ObjectLiteral>(this.entity).upsert({ key, value }, ['key']));
  }
}
