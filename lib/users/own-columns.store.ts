import { Injectable } from '@nestjs/common';
import type { DataSource, EntityMetadata } from 'typeorm';
import { Database } from '../persistence/database.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { BaseUser } from './base-user.js';

type ColumnMetadata = EntityMetadata['columns'][number];

/** A column that the host added to his user class. */
export interface OwnColumn {
  readonly name: string;
  readonly type: 'text' | 'number' | 'flag' | 'instant' | 'json';
  readonly isInteger: boolean;
  readonly isNullable: boolean;
  /** In code points. */
  readonly maxLength: number;
}

const INTEGERS = new Set(['int', 'integer', 'smallint', 'mediumint', 'tinyint', 'int2', 'int4']);
const NUMBERS = new Set([
  ...INTEGERS,
  'bigint',
  'int8',
  'float',
  'double',
  'double precision',
  'real',
  'decimal',
  'numeric',
  'float4',
  'float8',
]);
const INSTANTS = new Set(['date', 'datetime', 'timestamp', 'timestamptz', 'timestamp with time zone', 'timestamp without time zone']);
const JSONS = new Set(['json', 'jsonb', 'simple-json']);
/** Of a text column without a length of its own. */
const DEFAULT_TEXT_LENGTH = 10_000;

/** What TypeORM knows of the host's own columns: his scalar ones, without relations and without ours. */
@Injectable()
export class OwnColumnsStore {
  private readonly entity: EntityClass<BaseUser>;
  private readonly dataSource: DataSource;
  private columns: ReadonlyMap<string, OwnColumn> | undefined;

  constructor(entities: SpaceEntities, { dataSource }: Database) {
    this.entity = entities.of(BaseUser);
    this.dataSource = dataSource;
  }

  get prototype(): object {
    return this.entity.prototype as object;
  }

  all(): OwnColumn[] {
    return [...this.known().values()];
  }

  find(name: string): OwnColumn | undefined {
    return this.known().get(name);
  }

  /** Read when first asked for: the metadata stands only once the DataSource is initialised. */
  private known(): ReadonlyMap<string, OwnColumn> {
    this.columns ??= new Map(
      this.dataSource
        .getMetadata(this.entity)
        .columns.filter((column) => isOwn(column))
        .map((column) => [column.propertyName, describe(column)]),
    );
    return this.columns;
  }
}

const OURS = new Set([
  'id',
  'username',
  'usernameKey',
  'email',
  'emailKey',
  'sortKey',
  'displayName',
  'isAdmin',
  'roles',
  'permissions',
  'profile',
  'data',
  'mustChangePassword',
  'activatedAt',
  'emailConfirmedAt',
  'disabledAt',
  'bannedAt',
  'bannedUntil',
  'isService',
  'banReason',
  'bannedById',
  'createdAt',
  'updatedAt',
  'lastLoginAt',
]);

function isOwn(column: ColumnMetadata): boolean {
  return (
    !OURS.has(column.propertyName) &&
    column.propertyPath === column.propertyName &&
    column.relationMetadata === undefined &&
    !column.isVirtual
  );
}

function describe(column: ColumnMetadata): OwnColumn {
  const type = column.type === Number ? 'number' : String(typeof column.type === 'function' ? column.type.name : column.type).toLowerCase();
  const length = Number(column.length);
  return {
    name: column.propertyName,
    type: typeOf(type),
    isInteger: INTEGERS.has(type) || column.type === Number,
    isNullable: column.isNullable,
    maxLength: length > 0 ? length : DEFAULT_TEXT_LENGTH,
  };
}

function typeOf(type: string): OwnColumn['type'] {
  if (type === 'boolean' || type === 'bool') return 'flag';
  if (NUMBERS.has(type) || type === 'number') return 'number';
  if (INSTANTS.has(type)) return 'instant';
  return JSONS.has(type) ? 'json' : 'text';
}
