import { DataSource, type EntitySchema, LessThan } from 'typeorm';
import { SystemClock, type UserSpace } from '../../../index.js';
import { CommandFault, EXIT } from '../command-fault.js';
import type { NamedDatabase } from '../database-url.js';
import { reasonOf } from '../fault-of.js';

const NOW = {
  postgres: 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  mysql: 'SELECT ROUND(UNIX_TIMESTAMP(NOW(3)) * 1000) AS now',
} as const;

type Rows = Record<string, unknown>[];

/** The questions of the doctor that no service answers. */
export class ExaminedDatabase {
  private constructor(
    private readonly dataSource: DataSource,
    private readonly space: UserSpace,
  ) {}

  /** @throws CommandFault when there is no connection. */
  static async open({ options, shown }: NamedDatabase, space: UserSpace): Promise<ExaminedDatabase> {
    try {
      return new ExaminedDatabase(await new DataSource({ ...options, entities: space.entities, synchronize: false }).initialize(), space);
    } catch (error) {
      throw new CommandFault(EXIT.unavailable, `The database ${shown} does not answer: ${reasonOf(error)}`);
    }
  }

  close(): Promise<void> {
    return this.dataSource.destroy();
  }

  /** @returns by how many milliseconds the database's clock is ahead of ours; `null` where both are one clock. */
  async clockSkew(): Promise<number | null> {
    const { type } = this.dataSource.options;
    if (type === 'better-sqlite3') return null;
    const clock = new SystemClock();
    const before = clock.now().getTime();
    const [row] = await this.dataSource.query<Rows>(type === 'postgres' ? NOW.postgres : NOW.mysql);
    const after = clock.now().getTime();
    return Math.round(Number(row?.['now']) - (before + after) / 2);
  }

  /** @returns our migrations that nobody has noted as done, neither `migrate: true` nor TypeORM; `null` where nothing is noted at all. */
  async pendingMigrations(): Promise<string[] | null> {
    const noted = [
      ...(await this.namesIn(this.space.tables.migrations)),
      ...(await this.namesIn(this.dataSource.options.migrationsTableName ?? 'migrations')),
    ];
    const ours = this.space.migrations.map((Migration) => new Migration().name);
    const pending = ours.filter((name) => !noted.includes(name));
    return pending.length === ours.length ? null : pending;
  }

  /** @returns how many rows of a table were over before `instant`. */
  countOver(table: 'sessions' | 'tokens', instant: Date): Promise<number> {
    const [name, column] = table === 'sessions' ? [this.space.tables.sessions, 'endsAt'] : [this.space.tables.tokens, 'expiresAt'];
    const entity = this.space.entities.find(
      (one) => this.dataSource.getMetadata(one).givenTableName === name,
    ) as unknown as EntitySchema<object>;
    return this.dataSource.getRepository(entity).countBy({ [column]: LessThan(instant) });
  }

  /** None where there is no such table. */
  private async namesIn(table: string): Promise<string[]> {
    const { schema } = this.dataSource.options as { schema?: string };
    const path = schema === undefined ? table : `${schema}.${table}`;
    const runner = this.dataSource.createQueryRunner();
    try {
      if (!(await runner.hasTable(path))) return [];
    } finally {
      await runner.release();
    }
    const rows = await this.dataSource.createQueryBuilder().select('m.name', 'name').from(path, 'm').getRawMany<{ name: string }>();
    return rows.map(({ name }) => name);
  }
}
