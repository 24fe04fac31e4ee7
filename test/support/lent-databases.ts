import { afterAll } from '@jest/globals';
import { DataSource } from 'typeorm';
import { defineUsers } from '../../lib/define-users.js';
import { Migrator } from '../../lib/persistence/migrator.js';
import { type TestDatabase, testDatabase } from './database.js';
import { schemaDump } from './schema-dump.js';

/** A server's database with our tables, and a connection to it that no host knows. */
interface Lent {
  readonly database: TestDatabase;
  readonly keeper: DataSource;
  /** As our migrations left it. */
  readonly schema: string;
}

const idle: Lent[] = [];
/** What a file's own hooks give back behind this one is lent to nobody. */
let isOver = false;
afterAll(async () => {
  isOver = true;
  await Promise.all(idle.splice(0).map(destroy));
});

/**
 * An empty database with the tables of the default space, for a host that takes them as they are. A server takes many times as long to make
 * a database with its tables as to empty them: one that comes back with the tables it left with is lent again, within the test file.
 */
export async function lendDatabase(engine: 'postgres' | 'mariadb'): Promise<TestDatabase> {
  const lent = idle.pop() ?? (await make(engine));
  return { ...lent.database, drop: () => giveBack(lent) };
}

async function make(engine: 'postgres' | 'mariadb'): Promise<Lent> {
  const database = await testDatabase(engine);
  const space = defineUsers();
  const keeper = await new DataSource({ ...database.options, entities: space.entities }).initialize();
  await Migrator.run(keeper, space, { now: () => new Date() });
  return { database, keeper, schema: await schemaOf(keeper, database) };
}

async function giveBack(lent: Lent): Promise<void> {
  const { database, keeper, schema } = lent;
  if (isOver || (await schemaOf(keeper, database)) !== schema) return destroy(lent);
  // What hangs on a user goes with him, in whatever order.
  for (const { tablePath } of keeper.entityMetadatas) await keeper.query(`DELETE FROM ${tablePath}`);
  idle.push(lent);
}

async function destroy({ database, keeper }: Lent): Promise<void> {
  await keeper.destroy();
  await database.drop();
}

async function schemaOf(keeper: DataSource, { engine }: TestDatabase): Promise<string> {
  return (await schemaDump(keeper, engine)).join('\n');
}
