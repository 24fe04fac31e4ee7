import { atHalfPace } from '../kernel/pace.js';

const BATCH = 1_000;

/**
 * Calls `purge` until it finds less than a batch, so that no single statement holds its locks for long, and rests in between for as long
 * as each took. @returns how many rows went.
 */
export async function inBatches(purge: (limit: number) => Promise<number>): Promise<number> {
  let purged = 0;
  await atHalfPace(async () => {
    const batch = await purge(BATCH);
    purged += batch;
    return batch < BATCH ? 'done' : 'more';
  });
  return purged;
}
