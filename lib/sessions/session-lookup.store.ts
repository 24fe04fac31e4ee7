import { Injectable } from '@nestjs/common';
import type { DataSource, EntityMetadata } from 'typeorm';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { StateRow } from '../persistence/state.entity.js';
import { BaseUser } from '../users/base-user.js';
import { UserStore } from '../users/user.store.js';
import { SessionRow } from './session.entity.js';

/** Everything that one request must know, read at once. */
export interface LookedUp {
  readonly session: SessionRow;
  readonly user: BaseUser;
  /** Sessions opened at or before it are refused; `null` for no blackout. */
  readonly blackoutAt: Date | null;
}

interface Part {
  readonly entity: EntityClass<object>;
  readonly metadata: EntityMetadata;
  /** How the statement calls the table. */
  readonly alias: 's' | 'u';
  /** What is selected, in this order: the database's names can be too long for an alias. */
  readonly columns: EntityMetadata['columns'];
}

interface Statement {
  readonly sql: string;
  readonly parts: readonly [Part, Part];
}

export const BLACKOUT = 'blackout';

/**
 * The hot path: one statement for each guarded request, built once from the entities' metadata, the host's own columns included. Raw,
 * because hydrating two entities through the query builder costs more than the query.
 */
@Injectable()
export class SessionLookupStore {
  private statement: Statement | undefined;
  private readonly dataSource: DataSource;

  constructor(
    private readonly entities: SpaceEntities,
    private readonly users: UserStore,
    { dataSource }: Database,
  ) {
    this.dataSource = dataSource;
  }

  async find(on: Connection, sessionId: string): Promise<LookedUp | null> {
    this.statement ??= this.build();
    const { sql, parts } = this.statement;
    const rows: Record<string, unknown>[] = await on.ask((manager) => manager.query(sql, [sessionId]));
    const row = rows[0];
    if (row === undefined) return null;
    const user = this.hydrate(parts[1], row) as BaseUser;
    return { session: this.hydrate(parts[0], row) as SessionRow, user: this.users.known(user), blackoutAt: instantOf(row['blackout']) };
  }

  private build(): Statement {
    const { driver } = this.dataSource;
    const session = this.part(SessionRow, 's');
    const user = this.part(BaseUser, 'u');
    const state = this.dataSource.getMetadata(this.entities.of(StateRow));
    const path = (metadata: EntityMetadata): string =>
      metadata.tablePath
        .split('.')
        .map((name) => driver.escape(name))
        .join('.');
    const column = (alias: string, name: string): string => `${alias}.${driver.escape(name)}`;
    const selected = [session, user].flatMap(({ alias, columns }) =>
      columns.map(({ databaseName }, index) => `${column(alias, databaseName)} AS ${alias}${index}`),
    );
    const blackout = `(SELECT ${driver.escape('value')} FROM ${path(state)} WHERE ${driver.escape('key')} = '${BLACKOUT}') AS blackout`;
    const join = `${path(session.metadata)} s JOIN ${path(user.metadata)} u ON ${column('u', 'id')} = ${column('s', 'userId')}${notDeleted(user, column)}`;
    const sql = `SELECT ${[...selected, blackout].join(', ')} FROM ${join} WHERE ${column('s', 'id')} = ${driver.createParameter('id', 0)}`;
    return { sql, parts: [session, user] };
  }

  private part(base: Parameters<SpaceEntities['of']>[0], alias: Part['alias']): Part {
    const entity = this.entities.of(base);
    const metadata = this.dataSource.getMetadata(entity);
    return { entity, metadata, alias, columns: columnsOf(metadata) };
  }

  private hydrate(part: Part, row: Record<string, unknown>): object {
    const target = new part.entity();
    part.columns.forEach((column, index) => {
      const value: unknown = this.dataSource.driver.prepareHydratedValue(row[`${part.alias}${index}`], column);
      column.setEntityValue(target, value);
    });
    return target;
  }
}

/** Without relations, without what is computed, and without what the host marked `select: false`. */
function columnsOf({ columns }: EntityMetadata): EntityMetadata['columns'] {
  return columns.filter((column) => column.isSelect && !column.isVirtual && !column.isVirtualProperty);
}

/** A host's `@DeleteDateColumn`: whom TypeORM finds no more must not stay signed in. */
function notDeleted({ metadata, alias }: Part, column: (alias: string, name: string) => string): string {
  const { deleteDateColumn } = metadata;
  return deleteDateColumn === undefined ? '' : ` AND ${column(alias, deleteDateColumn.databaseName)} IS NULL`;
}

function instantOf(value: unknown): Date | null {
  return typeof value === 'string' ? new Date(Number(JSON.parse(value))) : null;
}
