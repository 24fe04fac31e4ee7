import { atHalfPace } from '../kernel/pace.js';
import type { Database } from '../persistence/database.js';
import { emptyLog } from '../persistence/write-ahead-log.js';

/**
 * Calls `purge` until it finds less than it may take, so that no single statement holds its locks for long: from 50 to 1 000 rows, as many
 * as took a few milliseconds before. Rests in between for as long as each took. @returns how many rows went.
 *
 * @param database where they go from: SQLite copies from its log after each batch, not after many in one go.
 */
export async function inBatches(purge: (limit: number) => Promise<number>, database: Database): Promise<number> {
  let purged = 0;
  const batch = async (limit: number): Promise<'more' | 'done'> => {
    const gone = await purge(limit);
    purged += gone;
    return gone < limit ? 'done' : 'more';
  };
  await atHalfPace(batch, () => emptyLog(database));
  return purged;
}
