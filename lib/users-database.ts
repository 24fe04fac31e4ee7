import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { UserSpace } from './define-users.js';
import type { Clock } from './kernel/clock.port.js';
import { Issues } from './kernel/issues.js';
import { Migrator } from './persistence/migrator.js';
import { checkSchema } from './persistence/schema-check.js';
import { makeSqliteSafe } from './persistence/sqlite-lock.js';

const NO_DATABASE =
  "there is none. Import TypeOrmModule.forRoot({ ..., autoLoadEntities: true }) in the app, or give the module one of its own: UsersModule.forRoot({ database: { type: 'better-sqlite3', database: 'users.sqlite' } }).";

/** The DataSource that a space lives in: the host's, or one of its own that goes with the app. */
export class UsersDataSource implements OnApplicationShutdown {
  private constructor(
    readonly dataSource: DataSource,
    private readonly isOwn: boolean,
  ) {}

  /** Notes that there is no database at all. */
  static validate(host: DataSource | undefined, own: DataSourceOptions | undefined, issues: Issues): void {
    if (own === undefined && host === undefined) issues.add('database', NO_DATABASE);
  }

  static async open(host: DataSource | undefined, own: DataSourceOptions | undefined, space: UserSpace): Promise<UsersDataSource> {
    if (own === undefined) return new UsersDataSource(host as DataSource, false);
    const dataSource = new DataSource({ ...own, entities: space.entities, synchronize: false });
    return new UsersDataSource(await dataSource.initialize(), true);
  }

  /** Makes it fit for use: safe on SQLite, migrated if asked for, and looked at, with every fault named at once. */
  async prepare(space: UserSpace, migrate: boolean, clock: Clock): Promise<void> {
    makeSqliteSafe(this.dataSource);
    try {
      if (migrate) await this.migrate(space, clock);
      const issues = new Issues();
      await checkSchema(this.dataSource, space, issues);
      issues.throwIfAny();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }

  /** Nest calls no shutdown hook when the start fails: whoever makes it fail calls this, or what we opened would stay open. */
  async close(): Promise<void> {
    if (this.isOwn && this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async migrate({ tables, user, migrations }: UserSpace, clock: Clock): Promise<void> {
    const ran = await Migrator.run(this.dataSource, { tables, user, migrations }, clock);
    if (ran.length > 0) new Logger('UsersModule').log(`Migrated: ${ran.join(', ')}.`);
  }
}
