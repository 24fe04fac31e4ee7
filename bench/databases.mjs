// A database of its own for each run, dropped at its end.
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
