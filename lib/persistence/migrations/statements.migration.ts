import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { TableOwner } from '../table-paths.js';
import { type SchemaSite, siteOf } from './schema-site.js';

/** A migration that is a list of statements and asks the database nothing, so that it can be read before it runs. */
export abstract class StatementsMigration implements MigrationInterface {
  abstract readonly name: string;
  protected abstract readonly owner: TableOwner;

  abstract upStatements(site: SchemaSite): string[];
  abstract downStatements(site: SchemaSite): string[];

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of this.upStatements(siteOf(runner, this.owner))) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const statement of this.downStatements(siteOf(runner, this.owner))) await runner.query(statement);
  }
}
