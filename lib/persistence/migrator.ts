import type { DataSource, QueryRunner } from 'typeorm';
import type { Clock } from '../kernel/clock.port.js';
import { logTable } from './migrations/migration-log.js';
import { siteOf } from './migrations/schema-site.js';
import { type MigrationClass, migrationsFor } from './migrations/users-migrations.js';
import { dataSourceOf } from './data-source-of.js';
import { underMigrationLock } from './migration-lock.js';
import { makeSqliteSafe } from './sqlite-lock.js';
import { type TableOwner, TablePaths } from './table-paths.js';

/** Whose tables are brought up to date, and by what. */
export interface Migrated extends TableOwner {
  /** In the order in which they run, those of extensions behind ours. @default ours */
  readonly migrations?: readonly MigrationClass[];
}

/** `migrate: true`: runs the library's migrations alone, never the host's. */
export class Migrator {
  /**
   * Brings one space's tables up to date. Any number of nodes may do so at once: one works, the others wait and find it done. What ran is
   * noted in a table of ours.
   *
   * @returns the names of the migrations that ran now.
   * @throws Error with `synchronize: true`: two hands on one schema undo each other's work.
   */
  static async run(dataSource: DataSource, owner: Migrated, clock: Clock): Promise<string[]> {
    if (dataSource.options.synchronize === true) {
      throw new Error(
        'migrate: true and synchronize: true do not go together: TypeORM would change what the migrations made. ' +
          'Set synchronize: false on the DataSource, or leave migrate away while you develop.',
      );
    }
    makeSqliteSafe(dataSource);
    const runner = dataSource.createQueryRunner();
    try {
      const migrator = new Migrator(runner, owner, clock);
      return await underMigrationLock(runner, migrator.paths.pathOf('migrations'), () => migrator.runPending());
    } finally {
      await runner.release();
    }
  }

  private readonly paths: TablePaths;

  private constructor(
    private readonly runner: QueryRunner,
    private readonly owner: Migrated,
    private readonly clock: Clock,
  ) {
    this.paths = new TablePaths(dataSourceOf(runner), owner);
  }

  private async runPending(): Promise<string[]> {
    await this.createTable();
    const done = await this.findDone();
    const ran: string[] = [];
    const { tables, user, migrations = migrationsFor(tables, user) } = this.owner;
    for (const Migration of migrations) {
      const migration = new Migration();
      if (done.has(migration.name)) continue;
      await migration.up(this.runner);
      await this.note(migration.name);
      ran.push(migration.name);
    }
    return ran;
  }

  private async createTable(): Promise<void> {
    await this.runner.query(logTable(siteOf(this.runner, this.owner)));
  }

  private async findDone(): Promise<Set<string>> {
    const rows = (await this.runner.query(`SELECT ${this.quote('name')} FROM ${this.paths.quoted('migrations')}`)) as { name: string }[];
    return new Set(rows.map(({ name }) => name));
  }

  private async note(name: string): Promise<void> {
    const { driver } = dataSourceOf(this.runner);
    const [first, second] = [driver.createParameter('name', 0), driver.createParameter('ranAt', 1)];
    await this.runner.query(
      `INSERT INTO ${this.paths.quoted('migrations')} (${this.quote('name')}, ${this.quote('ranAt')}) VALUES (${first}, ${second})`,
      [name, this.clock.now().getTime()],
    );
  }

  private quote(name: string): string {
    return dataSourceOf(this.runner).driver.escape(name);
  }
}
