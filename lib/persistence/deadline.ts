import { UnavailableError } from '../kernel/errors.js';

/** The same 503, told apart by whoever keeps count of it. */
export class LateAnswerError extends UnavailableError {
  constructor(whom: string, timeout: number) {
    super(new Error(`${whom} did not answer within ${timeout} ms.`));
    this.name = UnavailableError.name;
  }
}

/**
 * Waits for `answer`, but not for ever: a database that hangs must not hold the request. The statement itself goes on underneath, since
 * no driver of ours can call it back; its late result is dropped. The same for whatever else of the host's is asked.
 *
 * @throws UnavailableError after `timeout` milliseconds.
 */
export async function withDeadline<T>(answer: Promise<T>, timeout: number, whom = 'The database'): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LateAnswerError(whom, timeout)), timeout);
    timer.unref();
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
