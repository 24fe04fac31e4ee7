import type { UserSpace } from '../../index.js';
import { type MigrationClass, type SchemaSite, StatementsMigration } from '../../extend.js';

/** Frozen, as released migrations are. */
const INDEXES = [['userId', 'id'], ['event', 'id'], ['actorId'], ['at']] as const;

/** Makes the table of entries; what is there already is left alone, so that a second run ends what a crash cut short. */
abstract class AuditTableMigration extends StatementsMigration {
  protected abstract readonly table: string;

  override upStatements(site: SchemaSite): string[] {
    const { dialect, quote } = site;
    const path = site.namedPath(this.table);
    const indexes = INDEXES.map((columns) => ({
      name: quote(`${this.table}_${columns.join('_')}`),
      columns: columns.map(quote).join(', '),
    }));
    const parts = [
      ...Object.entries(columnsOf(site)).map(([name, type]) => `${quote(name)} ${type}`),
      `PRIMARY KEY (${quote('id')})`,
      ...(dialect.indexesInTable ? indexes.map(({ name, columns }) => `INDEX ${name} (${columns})`) : []),
      `CONSTRAINT ${quote(`${this.table}_userId_fk`)} FOREIGN KEY (${quote('userId')}) REFERENCES ${site.path('users')} (${quote('id')}) ON DELETE CASCADE ON UPDATE NO ACTION`,
    ];
    const table = `CREATE TABLE IF NOT EXISTS ${path} (${parts.join(', ')})${dialect.tableOptions}`;
    if (dialect.indexesInTable) return [table];
    return [table, ...indexes.map(({ name, columns }) => `CREATE INDEX IF NOT EXISTS ${name} ON ${path} (${columns})`)];
  }

  override downStatements(site: SchemaSite): string[] {
    return [`DROP TABLE IF EXISTS ${site.namedPath(this.table)}`];
  }
}

function columnsOf({ dialect }: SchemaSite): Record<string, string> {
  const { id, instant, json } = dialect;
  return {
    ...{ id: `${id} NOT NULL`, at: `${instant} NOT NULL`, event: `${dialect.key(64)} NOT NULL` },
    ...{ userId: id, actorId: id, sessionId: id, ip: dialect.text(45), userAgent: dialect.text(512), facts: json },
  };
}

/** @param table without the host's `entityPrefix`. */
export function auditMigrationFor({ tables, user }: UserSpace, table: string): MigrationClass {
  return class extends AuditTableMigration {
    readonly name = `CreateAudit_${table}_1763769600010`;
    protected readonly owner = { tables, user };
    protected readonly table = table;
  };
}
