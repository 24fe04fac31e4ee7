/**
 * Runs batches until one says that it was the last, and rests after each for as long as it took: whoever waits for the same connection,
 * lock or loop has his turn, however much there is to do.
 */
export async function atHalfPace(batch: () => Promise<'more' | 'done'>): Promise<void> {
  for (;;) {
    const startedAt = performance.now();
    if ((await batch()) === 'done') return;
    const took = performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, took));
  }
}
