import { UnavailableError } from './errors.js';
import type { RandomSource } from './random-source.port.js';

/**
 * Random bytes, or none at all: a generator that fails or returns short is broken, and no answer is better than a guessable one.
 *
 * @throws UnavailableError when it did not return exactly `size` bytes.
 */
export function randomBytesFrom(random: RandomSource, size: number): Buffer {
  const bytes = drawn(random, size);
  if (bytes.length !== size) throw new UnavailableError(new Error(`The random source returned ${bytes.length} bytes instead of ${size}.`));
  return bytes;
}

function drawn(random: RandomSource, size: number): Buffer {
  try {
    return random.bytes(size);
  } catch (error) {
    throw new UnavailableError(error);
  }
}
