import { atHalfPace } from '../kernel/pace.js';

/**
 * Calls `purge` until it finds less than it may take, so that no single statement holds its locks for long: from 100 to 1 000 rows, as many
 * as took a few milliseconds before. Rests in between for as long as each took. @returns how many rows went.
 */
export async function inBatches(purge: (limit: number) => Promise<number>): Promise<number> {
  let purged = 0;
  await atHalfPace(async (limit) => {
    const batch = await purge(limit);
    purged += batch;
    return batch < limit ? 'done' : 'more';
  });
  return purged;
}
