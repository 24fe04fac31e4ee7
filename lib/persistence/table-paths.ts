import type { DataSource } from 'typeorm';
import type { Tables } from './tables.js';

/** What names a space's tables: its own names, and the host's user class, which may sit on a table of its own. */
export interface TableOwner {
  readonly tables: Tables;
  readonly user?: new () => object;
}

/** Where the tables of one space really are: under the DataSource's schema, entity prefix and naming strategy. */
export class TablePaths {
  constructor(
    private readonly dataSource: DataSource,
    private readonly owner: TableOwner,
  ) {}

  /** As TypeORM takes it, unquoted: `schema.table`. */
  pathOf(table: keyof Tables): string {
    const { user, tables } = this.owner;
    if (table === 'users' && user !== undefined && this.dataSource.hasMetadata(user)) return this.dataSource.getMetadata(user).tablePath;
    return this.pathOfName(tables[table]);
  }

  /** True when the users' table is ours by name: a host's own may hold more than we know of, and is never dropped. */
  ownsUsers(): boolean {
    return this.pathOf('users') === new TablePaths(this.dataSource, { tables: this.owner.tables }).pathOf('users');
  }

  /** Ready for a statement: `"schema"."table"`. */
  quoted(table: keyof Tables): string {
    return this.quote(this.pathOf(table));
  }

  /** What is no table, a view, but stands among them: ready for a statement. */
  quotedName(name: string): string {
    return this.quote(this.pathOfName(name));
  }

  private pathOfName(name: string): string {
    const { namingStrategy, options } = this.dataSource;
    const named = namingStrategy.tableName(name, name);
    const prefixed = options.entityPrefix ? namingStrategy.prefixTableName(options.entityPrefix, named) : named;
    return 'schema' in options && typeof options.schema === 'string' ? `${options.schema}.${prefixed}` : prefixed;
  }

  private quote(path: string): string {
    return path
      .split('.')
      .map((part) => this.dataSource.driver.escape(part))
      .join('.');
  }
}
