// A database of its own for each run, dropped at its end.
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { ownFolder, removeFolder } from './folder.mjs';

const SERVERS = {
  postgres: new URL(process.env.BENCH_POSTGRES_URL ?? process.env.USERS_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres'),
  mariadb: new URL(process.env.BENCH_MARIADB_URL ?? process.env.USERS_TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306'),
};
let opened = 0;

async function onServer(engine, statement) {
  const server = await new DataSource({ type: engine, url: SERVERS[engine].href }).initialize();
  await server.query(statement).finally(() => server.destroy());
}

/** @returns the environment that leads an app to its database, and how to be rid of it; throws where the engine does not answer. */
export async function openDatabase(engine) {
  if (engine === 'sqlite') {
    const folder = ownFolder();
    return { env: { BENCH_DATABASE_FILE: join(folder, 'data.sqlite') }, drop: async () => removeFolder(folder) };
  }
  opened += 1;
  const name = `users_bench_${process.pid}_${opened}`;
  await onServer(engine, `CREATE DATABASE ${name}`);
  const url = new URL(SERVERS[engine]);
  url.pathname = `/${name}`;
  return { env: { BENCH_DATABASE_URL: url.href }, drop: () => onServer(engine, `DROP DATABASE ${name}`) };
}

const connections = {
  sqlite: ({ BENCH_DATABASE_FILE: file = join(ownFolder(), 'data.sqlite') }) => ({
    type: 'better-sqlite3',
    database: file,
    enableWAL: true,
  }),
  postgres: ({ BENCH_DATABASE_URL: url }) => ({ type: 'postgres', url, extra: { max: 10 } }),
  mariadb: ({ BENCH_DATABASE_URL: url }) => ({ type: 'mariadb', url, extra: { connectionLimit: 10 } }),
};

/** What TypeORM is given, in the environment of {@link openDatabase}: a forked app has it around itself. */
export const connectionTo = (engine, env = process.env) => connections[engine](env);
