/** How long one batch should take, in milliseconds: on SQLite nothing else is done on the event loop meanwhile. */
const AIM = 2;
/** Below it the way to a database on another machine would cost more than the rows. */
const LEAST = 50;
const MOST = 1_000;

/**
 * Runs batches until one says that it was the last, and rests after each for as long as it took: whoever waits for the same connection,
 * lock or loop has his turn, however much there is to do. A batch is told how many rows it may take: as many as fitted into
 * {@link AIM} milliseconds in the one before, from {@link LEAST} to {@link MOST}.
 *
 * @param afterEach what each batch leaves to be done; it has a rest of its own.
 */
export async function atHalfPace(
  batch: (limit: number) => Promise<'more' | 'done'>,
  afterEach: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (let limit = LEAST; ;) {
    const { value, took } = await resting(() => batch(limit));
    await resting(afterEach);
    if (value === 'done') return;
    limit = nextLimit(limit, took);
  }
}

/** At most twice as many: one batch that found little to do says nothing of the next. */
export function nextLimit(limit: number, took: number): number {
  const fitting = Math.floor(limit * Math.min(AIM / took, 2));
  return Math.min(Math.max(fitting, LEAST), MOST);
}

/** Runs `task`, and rests for as long as it took, in milliseconds. */
async function resting<T>(task: () => Promise<T>): Promise<{ value: T; took: number }> {
  const startedAt = performance.now();
  const value = await task();
  const took = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, took));
  return { value, took };
}
