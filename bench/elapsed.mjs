// How long a part of a run took: whoever waits for the next one wants to know.

/** @returns what says at the part's end how long it took. */
export function stopwatch(part) {
  const startedAt = performance.now();
  return () => console.log(`${part}: ${elapsed(performance.now() - startedAt)}\n`);
}

/** Milliseconds as a person says them. */
export function elapsed(milliseconds) {
  const seconds = Math.round(milliseconds / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
