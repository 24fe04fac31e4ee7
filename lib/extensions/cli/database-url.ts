import { existsSync } from 'node:fs';
import type { UsersModuleOptions } from '../../index.js';
import { usageFault } from './command-fault.js';

export type DatabaseOptions = NonNullable<UsersModuleOptions['database']>;

/** What a command connects to. */
export interface NamedDatabase {
  readonly options: DatabaseOptions;
  /** For sentences: without user name and password. */
  readonly shown: string;
  /** Whether what goes there can be read on the way. */
  readonly isInClear: boolean;
}

const CONNECT_TIMEOUT = 5000;
const FORMS = "'postgres://...', 'mysql://...', 'mariadb://...', or the path of a SQLite file";
const LOOPBACK = /^(localhost|127\.[\d.]+|\[?::1\]?|\/.*|)$/;

/**
 * Reads where the database is. Nothing of `text` gets into a sentence but the host and the database's name: it holds a password.
 *
 * @param schema PostgreSQL's, where the tables are not in the usual one.
 * @throws CommandFault for what is no URL, and for a SQLite file that is not there: opening it would make an empty one.
 */
export function readDatabaseUrl(text: string, schema: string | undefined): NamedDatabase {
  const scheme = /^([a-z][a-z0-9+]+):/i.exec(text)?.[1]?.toLowerCase() ?? 'sqlite';
  if (scheme === 'sqlite' || scheme === 'file') return sqliteOf(text);
  if (!URL.canParse(text))
    throw usageFault(`The database URL cannot be read: give ${FORMS}. Write @ : / # in a password as %40 %3A %2F %23.`);
  const url = new URL(text);
  if (scheme === 'postgres' || scheme === 'postgresql') return postgresOf(url, schema ?? url.searchParams.get('schema') ?? undefined);
  if (scheme === 'mysql' || scheme === 'mariadb') return mysqlOf(url, scheme);
  throw usageFault(`There is no driver for ${scheme}: give ${FORMS}.`);
}

function sqliteOf(text: string): NamedDatabase {
  const path = text.replace(/^(sqlite|file):(\/\/)?/i, '');
  if (path === '' || !existsSync(path)) throw usageFault(`There is no SQLite file ${path}: give the path of the one that the app uses.`);
  return { options: { type: 'better-sqlite3', database: path }, shown: path, isInClear: false };
}

function postgresOf(url: URL, schema: string | undefined): NamedDatabase {
  const mode = url.searchParams.get('sslmode') ?? 'disable';
  const isEncrypted = mode !== 'disable' && mode !== 'prefer' && mode !== 'allow';
  const server = serverOf(url, url.searchParams.get('host') ?? undefined);
  return {
    options: {
      type: 'postgres',
      ...server,
      ...(schema !== undefined && { schema }),
      ...(isEncrypted && { ssl: { rejectUnauthorized: mode !== 'no-verify' } }),
      connectTimeoutMS: CONNECT_TIMEOUT,
    },
    shown: shownOf(url),
    isInClear: !isEncrypted && !LOOPBACK.test(server.host),
  };
}

function mysqlOf(url: URL, type: 'mysql' | 'mariadb'): NamedDatabase {
  const isEncrypted = ['true', '1'].includes(url.searchParams.get('ssl') ?? '');
  const server = serverOf(url);
  return {
    options: { type, ...server, ...(isEncrypted && { ssl: {} }), connectTimeout: CONNECT_TIMEOUT },
    shown: shownOf(url),
    isInClear: !isEncrypted && !LOOPBACK.test(server.host),
  };
}

interface Server {
  readonly host: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly database: string;
}

function serverOf(url: URL, host = url.hostname): Server {
  const database = decoded(url.pathname.slice(1));
  if (database === '') throw usageFault('The database URL names no database: write it at its end, as in postgres://host/app.');
  return {
    host,
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { username: decoded(url.username) }),
    ...(url.password !== '' && { password: decoded(url.password) }),
    database,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw usageFault('The database URL cannot be read: a % in it is written as %25.');
  }
}

function shownOf(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}
