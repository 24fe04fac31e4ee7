import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** The DataSource that a query runner or a manager works on: TypeORM 1 calls it `dataSource`, TypeORM 0.3 `connection`. */
export function dataSourceOf(owner: EntityManager | QueryRunner): DataSource {
  const found: unknown = Reflect.get(owner, 'dataSource') ?? Reflect.get(owner, 'connection');
  return found as DataSource;
}
