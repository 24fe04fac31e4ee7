import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Our own column on the library's table. Plain SQL: on SQLite `queryRunner.addColumn()` builds the whole table anew, and dropping the
 * old one would take every session with it.
 */
export class AddCompany1790000000001 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE auth_users ADD COLUMN company varchar(80) NOT NULL DEFAULT ''`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE auth_users DROP COLUMN company');
  }
}
