import type { DataSource, EntityMetadata } from 'typeorm';
import type { EntityClass } from './space-entities.js';

type Column = EntityMetadata['columns'][number];
/** As the driver gives it: by the columns' aliases, or, where it can and it is cheaper, as a list in the order of the statement. */
export type Row = readonly unknown[] | Readonly<Record<string, unknown>>;

/** The drivers whose reading of plain types we know. */
const KNOWN_DRIVERS = ['postgres', 'mysql', 'mariadb', 'better-sqlite3'];
/** What these drivers give on as the row has it. */
const PLAIN_TYPES: readonly unknown[] = [String, 'varchar', 'character varying', 'text', 'uuid', 'int', 'integer', 'bigint'];

/** One column of a statement. */
export interface Selected {
  readonly expression: string;
  /** How the statement calls it: the database's names can be too long for an alias. */
  readonly alias: string;
  /** Its type as TypeORM has it; `undefined` for several values in one. */
  readonly type: unknown;
}

interface Field {
  readonly alias: string;
  /** Where it stands among all that is selected. */
  readonly index: number;
  readonly property: string;
  /** `undefined` for what is taken as it comes. */
  readonly read: ((value: unknown) => unknown) | undefined;
}

/**
 * Makes an entity from a row of a statement of our own, as TypeORM would: which column needs what is found out once, and not at each row.
 * Without relations, without what is computed, and without what the host marked `select: false`.
 */
export class RowReader<T extends object> {
  readonly metadata: EntityMetadata;
  /** In the order of their aliases. */
  readonly columns: readonly Column[];
  private readonly plain: readonly Field[];
  /** Columns inside an embedded object, which TypeORM sets. */
  private readonly embedded: readonly { readonly column: Column; readonly field: Field }[];

  constructor(
    private readonly dataSource: DataSource,
    private readonly entity: EntityClass<T>,
    private readonly alias: string,
    /** How many columns the statement selects before these. */
    private readonly offset = 0,
  ) {
    this.metadata = dataSource.getMetadata(entity);
    this.columns = this.metadata.columns.filter((column) => column.isSelect && !column.isVirtual && !column.isVirtualProperty);
    const fields = this.columns.map((column, index) => ({ column, field: this.field(column, index) }));
    this.plain = fields.filter(({ column }) => column.embeddedMetadata === undefined).map(({ field }) => field);
    this.embedded = fields.filter(({ column }) => column.embeddedMetadata !== undefined);
  }

  /** For the list after SELECT. */
  get selected(): Selected[] {
    return this.columns.map((column, index) => ({
      expression: this.nameOf(column),
      alias: `${this.alias}${index}`,
      type: column.isArray ? undefined : column.type,
    }));
  }

  /** Finds the value of one property, which is not in an embedded object, as the row has it. */
  finder(property: string): (row: Row) => unknown {
    const field = this.plain.find((one) => one.property === property);
    if (field === undefined) throw new Error(`${this.metadata.name} has no column ${property} that is selected.`);
    return (row) => (isList(row) ? row[field.index] : row[field.alias]);
  }

  /** A column as the statement names it. */
  nameOf({ databaseName }: Pick<Column, 'databaseName'>): string {
    return `${this.alias}.${this.dataSource.driver.escape(databaseName)}`;
  }

  read(row: Row): T {
    const target = new this.entity();
    const list = isList(row) ? row : null;
    // At each request, for some forty columns: nothing is called that need not be.
    for (const { index, alias, property, read } of this.plain) {
      const value = list === null ? (row as Readonly<Record<string, unknown>>)[alias] : list[index];
      (target as Record<string, unknown>)[property] = read === undefined ? value : read(value);
    }
    for (const { column, field } of this.embedded) column.setEntityValue(target, valueOf(field, row));
    return target;
  }

  private field(column: Column, index: number): Field {
    return {
      alias: `${this.alias}${index}`,
      index: this.offset + index,
      property: column.propertyName,
      read: this.reading(column),
    };
  }

  private reading(column: Column): Field['read'] {
    const { driver, options } = this.dataSource;
    const asTypeOrmDoes = (value: unknown): unknown => driver.prepareHydratedValue(value, column);
    if (!KNOWN_DRIVERS.includes(options.type) || column.isArray) return asTypeOrmDoes;
    const { type, transformer } = column;
    if (type === Boolean && transformer === undefined) return (value) => (value === null || value === undefined ? value : Boolean(value));
    if (!PLAIN_TYPES.includes(type) || Array.isArray(transformer)) return asTypeOrmDoes;
    return transformer === undefined ? undefined : (value): unknown => transformer.from(value);
  }
}

/** Not by `instanceof`: a native driver makes its lists in the main realm, wherever we run. */
export function isList(row: Row): row is readonly unknown[] {
  return Array.isArray(row);
}

function valueOf({ alias, index, read }: Field, row: Row): unknown {
  const value = isList(row) ? row[index] : row[alias];
  return read === undefined ? value : read(value);
}
