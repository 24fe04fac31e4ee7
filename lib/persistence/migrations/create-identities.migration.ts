import type { Dialect } from './dialect.js';
import type { SchemaSite } from './schema-site.js';
import { StatementsMigration } from './statements.migration.js';
import { statementsFor, type TableShape } from './table-shape.js';

function identities({ id, instant, text, key }: Dialect): TableShape {
  return {
    name: 'identities',
    columns: {
      ...{ id: `${id} NOT NULL`, userId: `${id} NOT NULL`, provider: `${key(64)} NOT NULL`, subject: `${key(255)} NOT NULL` },
      ...{ email: text(255), createdAt: `${instant} NOT NULL`, lastUsedAt: instant },
    },
    uniques: [['provider', 'subject']],
    indexes: [['userId']],
    ofUser: true,
  };
}

/** Makes the table of identities at other providers. */
export abstract class CreateIdentitiesMigration extends StatementsMigration {
  override upStatements(site: SchemaSite): string[] {
    return statementsFor(identities(site.dialect), site);
  }

  override downStatements(site: SchemaSite): string[] {
    return [`DROP TABLE IF EXISTS ${site.path('identities')}`];
  }
}
