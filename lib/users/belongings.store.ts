import { Injectable } from '@nestjs/common';
import { Equal, type ObjectLiteral } from 'typeorm';
import { Changes } from '../persistence/changes.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';

/** What hangs on a user in our other tables, whichever these are. */
@Injectable()
export class BelongingsStore {
  private readonly entities: readonly EntityClass<object>[];

  constructor(
    entities: SpaceEntities,
    private readonly database: Database,
    private readonly changes: Changes,
  ) {
    this.entities = entities.all();
  }

  /** Deletes what a cascade would delete with the user, and leaves the user. */
  async deleteAll(on: Connection, userId: string): Promise<void> {
    const { dataSource } = this.database;
    const owned = this.entities.filter((entity) => dataSource.getMetadata(entity).findColumnWithPropertyName('userId') !== undefined);
    for (const entity of owned) {
      await this.changes.write(on, [{ of: 'user', id: userId }], (manager) =>
        manager.getRepository<ObjectLiteral>(entity).delete({ userId: Equal(userId) }),
      );
    }
  }
}
