import type { DataSource } from 'typeorm';

interface Config {
  readonly text: string;
  readonly values: unknown[];
}
interface Pool {
  query(config: Config): Promise<unknown>;
}

/** Stands before what goes to PostgreSQL by the pool and not by a query runner: the look-ups of sessions. TypeORM itself takes connections from it. */
export function beforePooled(
  dataSource: DataSource,
  watch: (text: string, parameters: unknown[], send: () => Promise<unknown>) => Promise<unknown>,
): void {
  const pool = Reflect.get(dataSource.driver, 'master') as Pool | undefined;
  if (pool === undefined) return;
  const query = pool.query.bind(pool);
  pool.query = (config) => watch(config.text, config.values, () => query(config));
}
