import { DataSource } from 'typeorm';
import { FakeClock } from 'nestjs-users/testing';
import { defineUsers } from '../../../lib/define-users.js';
import { makeSqliteSafe } from '../../../lib/persistence/sqlite-lock.js';
import { Database } from '../../../lib/persistence/database.js';
import { DatabaseAttemptStore } from '../../../lib/rate-limits/attempt.store.js';
import { AttemptRow } from '../../../lib/rate-limits/attempt.entity.js';
import { RateLimiter } from '../../../lib/rate-limits/rate-limiter.js';
import { testDatabase } from '../../support/database.js';

/** A limiter over a real table of its own, with a clock that stands still. */
export async function rateLimited() {
  const { options, drop } = await testDatabase();
  const space = defineUsers();
  const dataSource = await new DataSource({ ...options, entities: space.entities, synchronize: true }).initialize();
  makeSqliteSafe(dataSource);
  const [clock, database, store] = [new FakeClock(), new Database(dataSource, 10_000), new DatabaseAttemptStore(space.rows)];
  return {
    clock,
    dataSource,
    database,
    store,
    limiter: new RateLimiter(store, database, clock),
    rows: dataSource.getRepository(space.rows.of(AttemptRow)),
    async close() {
      await dataSource.destroy();
      await drop();
    },
  };
}

export type RateLimited = Awaited<ReturnType<typeof rateLimited>>;
