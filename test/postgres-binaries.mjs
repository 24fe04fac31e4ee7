// Where a PostgreSQL is whose cluster a test may make, stop in the middle of its work, and throw away.
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian keeps a folder for each version, the newest last; elsewhere they are on the path. USERS_TEST_POSTGRES_BIN names another. */
function folders() {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((one, other) => Number(other) - Number(one)) : [];
  const named = process.env.USERS_TEST_POSTGRES_BIN;
  return named !== undefined
    ? [named]
    : [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)];
}

/** @returns the folder that holds `initdb` and `pg_ctl`, or null. */
export function findPostgresBinaries() {
  return folders().find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl'))) ?? null;
}
