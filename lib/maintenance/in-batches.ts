const BATCH = 1_000;

/** Calls `purge` until it finds less than a batch, so that no single statement holds its locks for long. @returns how many rows went. */
export async function inBatches(purge: (limit: number) => Promise<number>): Promise<number> {
  for (let purged = 0; ;) {
    const batch = await purge(BATCH);
    purged += batch;
    if (batch < BATCH) return purged;
  }
}
