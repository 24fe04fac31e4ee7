import type { TypeOrmModuleOptions } from '@nestjs/typeorm';

/** All that differs from one run of the sample to another. */
export interface Settings {
  readonly framework: 'express' | 'fastify';
  readonly production: boolean;
  /** The API's own pages; on Fastify, where they would need one more package, the document they are made from. */
  readonly apiDocs: '/docs' | '/docs-json';
  readonly host: string;
  readonly port: number;
  /** Where people reach the app: the links in mails begin with it. */
  readonly baseUrl: string;
  readonly database: TypeOrmModuleOptions;
  /** The sender of mails. */
  readonly mailFrom: string;
  /** Where mails go besides the outbox. */
  readonly smtpUrl: string | undefined;
}

/**
 * Reads the environment: PORT, HOST, BASE_URL, DATABASE_URL, SMTP_URL, MAIL_FROM, FRAMEWORK, NODE_ENV.
 *
 * @throws Error with a sentence that names the mend.
 */
export function settingsFrom(environment: NodeJS.ProcessEnv): Settings {
  const {
    PORT = '3000',
    HOST = '127.0.0.1',
    BASE_URL,
    DATABASE_URL = 'notes.sqlite',
    SMTP_URL,
    MAIL_FROM,
    FRAMEWORK = 'express',
    NODE_ENV,
  } = environment;
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`PORT is "${PORT}": give a number from 1 to 65535.`);
  if (FRAMEWORK !== 'express' && FRAMEWORK !== 'fastify') throw new Error(`FRAMEWORK is "${FRAMEWORK}": write express or fastify.`);
  const production = NODE_ENV === 'production';
  if (production) requireForProduction({ SMTP_URL, MAIL_FROM, BASE_URL });
  return {
    framework: FRAMEWORK,
    production,
    apiDocs: FRAMEWORK === 'express' ? '/docs' : '/docs-json',
    host: HOST,
    port,
    baseUrl: BASE_URL ?? `http://localhost:${port}`,
    database: connectionTo(DATABASE_URL),
    smtpUrl: SMTP_URL,
    mailFrom: MAIL_FROM ?? 'Notes <notes@localhost>',
  };
}

/** What TypeORM needs to reach a database: `postgres://...`, `mysql://...`, or the path of an SQLite file. */
function connectionTo(url: string): TypeOrmModuleOptions {
  const [scheme] = url.split('://');
  if (scheme === 'postgres' || scheme === 'postgresql') return { type: 'postgres', url };
  if (scheme === 'mysql' || scheme === 'mariadb') return { type: 'mariadb', url };
  return { type: 'better-sqlite3', database: url.replace(/^(sqlite|file):(\/\/)?/, '') };
}

/** In production mails must leave this process, and their links must lead to it. */
function requireForProduction(values: Record<string, string | undefined>): void {
  const missing = Object.keys(values).filter((name) => values[name] === undefined);
  if (missing.length === 0) return;
  throw new Error(
    `In production mails must reach people: set ${missing.join(', ')} (such as SMTP_URL=smtp://mail.example.com:587 MAIL_FROM=notes@example.com BASE_URL=https://notes.example.com).`,
  );
}
