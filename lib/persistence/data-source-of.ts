import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** The DataSource that a query runner or a manager works on: TypeORM 1 calls it `dataSource`, and still answers to the `connection` of 0.3. */
export function dataSourceOf(owner: EntityManager | QueryRunner): DataSource {
  return owner.connection;
}
