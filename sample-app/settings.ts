import type { TypeOrmModuleOptions } from '@nestjs/typeorm';

/** All that differs from one run of the sample to another. */
export interface Settings {
  readonly production: boolean;
  readonly host: string;
  readonly port: number;
  /** Where people reach the app: the links in mails begin with it. */
  readonly baseUrl: string;
  readonly database: TypeOrmModuleOptions;
  /** Where mails go besides the outbox. */
  readonly smtpUrl: string | undefined;
}

/**
 * Reads the environment: PORT, HOST, BASE_URL, DATABASE_URL, SMTP_URL, NODE_ENV.
 *
 * @throws Error with a sentence that names the mend.
 */
export function settingsFrom(environment: NodeJS.ProcessEnv): Settings {
  const { PORT = '3000', HOST = '127.0.0.1', BASE_URL, DATABASE_URL = 'notes.sqlite', SMTP_URL, NODE_ENV } = environment;
  const port = Number(PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error(`PORT is "${PORT}": give a number from 1 to 65535.`);
  const production = NODE_ENV === 'production';
  if (production && SMTP_URL === undefined)
    throw new Error('In production mails must leave this process: set SMTP_URL, such as smtp://mail.example.com:587.');
  if (production && BASE_URL === undefined)
    throw new Error('In production the links in mails need an address: set BASE_URL, such as https://notes.example.com.');
  return {
    production,
    host: HOST,
    port,
    baseUrl: BASE_URL ?? `http://localhost:${port}`,
    database: connectionTo(DATABASE_URL),
    smtpUrl: SMTP_URL,
  };
}

/** What TypeORM needs to reach a database: `postgres://...`, `mysql://...`, or the path of an SQLite file. */
function connectionTo(url: string): TypeOrmModuleOptions {
  const [scheme] = url.split('://');
  if (scheme === 'postgres' || scheme === 'postgresql') return { type: 'postgres', url };
  if (scheme === 'mysql' || scheme === 'mariadb') return { type: 'mariadb', url };
  return { type: 'better-sqlite3', database: url.replace(/^(sqlite|file):(\/\/)?/, '') };
}
