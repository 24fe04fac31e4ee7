/** As many as issue and attack cases ask for, and as often: what goes wrong once in a few dozen tries is found. */
export const RACERS = 16;
export const ROUNDS = 50;

/** What fifty rounds may take on a machine that does other things too. */
export const LONG = 300_000;

/** A moment in which others run, as between two statements on a network. */
export const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/**
 * Lets nobody on before `racers` have come: with it between the look and the act of a control, all have looked before
 * one acts. A pause would not see to that on a busy machine.
 */
export function meeting(racers: number = RACERS): () => Promise<void> {
  let missing = racers;
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    missing -= 1;
    if (missing === 0) open();
    return opened;
  };
}

/** Releases `racers` tasks together and waits for all of them. */
export async function race<T>(racers: number, task: (index: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  let release = (): void => undefined;
  const started = new Promise<void>((resolve) => {
    release = resolve;
  });
  const running = Array.from({ length: racers }, async (_, index) => {
    await started;
    return task(index);
  });
  release();
  return Promise.allSettled(running);
}

/** What the winners got. */
export function winners<T>(results: readonly PromiseSettledResult<T>[]): T[] {
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

/** What the losers were told, by the names of the errors. */
export function losses(results: readonly PromiseSettledResult<unknown>[]): string[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [(result.reason as Error).constructor.name] : []));
}
