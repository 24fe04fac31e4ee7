import { DataSource } from 'typeorm';
import { defineUsers } from '../../lib/define-users.js';
import { Database } from '../../lib/persistence/database.js';
import { Migrator } from '../../lib/persistence/migrator.js';
import { makeSqliteSafe } from '../../lib/persistence/sqlite-lock.js';
import { UnitOfWork } from '../../lib/persistence/unit-of-work.js';
import { UsersEvents } from '../../lib/persistence/users-events.js';
import { type DatabaseOptions, testDatabase } from './database.js';

export const space = defineUsers();
export const instant = new Date('2026-01-02T03:04:05.678Z');
const clock = { now: () => new Date(instant) };

/** A migrated database with what the library's lowest floor makes of it. */
export interface Persistence {
  readonly dataSource: DataSource;
  readonly database: Database;
  readonly events: UsersEvents;
  readonly unitOfWork: UnitOfWork;
  close(): Promise<void>;
}

/**
 * @param timeout of one question, in milliseconds.
 * @param change alters the connection's options after the migrations, to lead it through a proxy.
 */
export async function openPersistence(
  timeout = 5_000,
  change = (options: DatabaseOptions): DatabaseOptions => options,
): Promise<Persistence> {
  const { options, drop } = await testDatabase();
  const entities = space.entities;
  const direct = await new DataSource({ ...options, entities }).initialize();
  await Migrator.run(direct, space, clock);
  await direct.destroy();
  const dataSource = await new DataSource({ ...change(options), entities }).initialize();
  makeSqliteSafe(dataSource);
  const database = new Database(dataSource, timeout);
  const events = new UsersEvents();
  const close = async (): Promise<void> => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await drop();
  };
  return { dataSource, database, events, unitOfWork: new UnitOfWork(database, events, clock), close };
}

let ids = 0;
/** A UUIDv7-like id, another one each time. */
export function nextId(): string {
  ids += 1;
  return `019b0000-0000-7000-8000-${String(ids).padStart(12, '0')}`;
}

/** What an inserted user must have. */
export function userRow(more: object = {}): { id: string; createdAt: Date; updatedAt: Date } {
  return { id: nextId(), createdAt: instant, updatedAt: instant, ...more };
}
