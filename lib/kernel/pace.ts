/** How long one batch should take, in milliseconds: on SQLite nothing else is done on the event loop meanwhile. */
const AIM = 4;
/** Below it the way to a database on another machine would cost more than the rows. */
const LEAST = 100;
const MOST = 1_000;

/**
 * Runs batches until one says that it was the last, and rests after each for as long as it took: whoever waits for the same connection,
 * lock or loop has his turn, however much there is to do. A batch is told how many rows it may take: as many as fitted into
 * {@link AIM} milliseconds in the one before, from {@link LEAST} to {@link MOST}.
 */
export async function atHalfPace(batch: (limit: number) => Promise<'more' | 'done'>): Promise<void> {
  for (let limit = LEAST; ;) {
    const startedAt = performance.now();
    if ((await batch(limit)) === 'done') return;
    const took = performance.now() - startedAt;
    limit = nextLimit(limit, took);
    await new Promise((resolve) => setTimeout(resolve, took));
  }
}

/** At most twice as many: one batch that found little to do says nothing of the next. */
export function nextLimit(limit: number, took: number): number {
  const fitting = Math.floor(limit * Math.min(AIM / took, 2));
  return Math.min(Math.max(fitting, LEAST), MOST);
}
