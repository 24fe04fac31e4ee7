// A database of its own for each run, dropped at its end.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';

const SERVERS = {
  postgres: new URL(process.env.BENCH_POSTGRES_URL ?? process.env.USERS_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'),
  mariadb: new URL(process.env.BENCH_MARIADB_URL ?? process.env.USERS_TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306'),
};
const name = `users_bench_${process.pid}`;

async function onServer(engine, statement) {
  const server = await new DataSource({ type: engine, url: SERVERS[engine].href }).initialize();
  await server.query(statement).finally(() => server.destroy());
}

/** @returns the environment that leads the server to its database, and how to be rid of it; throws where the engine does not answer. */
export async function openDatabase(engine) {
  if (engine === 'sqlite') return { env: {}, drop: async () => undefined };
  await onServer(engine, `CREATE DATABASE ${name}`);
  const url = new URL(SERVERS[engine]);
  url.pathname = `/${name}`;
  return { env: { BENCH_DATABASE_URL: url.href }, drop: () => onServer(engine, `DROP DATABASE ${name}`) };
}

const connections = {
  sqlite: () => ({ type: 'better-sqlite3', database: join(mkdtempSync(join(tmpdir(), 'bench-')), 'data.sqlite'), enableWAL: true }),
  postgres: () => ({ type: 'postgres', url: process.env.BENCH_DATABASE_URL, extra: { max: 10 } }),
  mariadb: () => ({ type: 'mariadb', url: process.env.BENCH_DATABASE_URL, extra: { connectionLimit: 10 } }),
};

/** What a forked app gives to TypeORM, in the environment of {@link openDatabase}. */
export const connectionTo = (engine) => connections[engine]();
