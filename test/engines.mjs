// The engines the suites run on, and how to find out whether one answers.

const PROBE_TIMEOUT = 3000;

/** Where the servers are. The test's user must be allowed to create databases. */
export const URLS = {
  postgres: process.env.USERS_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres',
  mariadb: process.env.USERS_TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306',
};

export const ENGINES = {
  async sqlite() {
    const { default: Sqlite } = await import('better-sqlite3');
    new Sqlite(':memory:').close();
  },
  async postgres() {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: URLS.postgres, connectionTimeoutMillis: PROBE_TIMEOUT });
    await client.connect();
    await client.end();
  },
  async mariadb() {
    const { createConnection } = await import('mysql2/promise');
    const connection = await createConnection({ uri: URLS.mariadb, connectTimeout: PROBE_TIMEOUT });
    await connection.end();
  },
};

const REASONS = {
  ECONNREFUSED: 'connection refused',
  ETIMEDOUT: 'no answer',
  ENOTFOUND: 'no such host',
  ERR_MODULE_NOT_FOUND: 'driver not installed',
};

/** @returns null when the engine answers, otherwise why not. */
export async function probe(engine) {
  try {
    await ENGINES[engine]();
    return null;
  } catch (error) {
    // `localhost` is tried on both address families; the reasons then sit inside.
    const cause = error.errors?.[0] ?? error;
    return REASONS[cause.code] ?? String(cause.message).split('\n')[0];
  }
}
