import { guessDevice } from '../kernel/device.js';

const UNKNOWN = 'Unknown device';
/** Guessing costs a dozen regular expressions, at each request; most requests come from few browsers. */
const MOST_GUESSES = 1_000;
const guessed = new Map<string, string>();

/** What a person would call the device: the name it gave itself, "Firefox on Windows", or "Unknown device". A guess, never proof. */
export function describeDevice(userAgent: string | null, ownName: string | null): string {
  return ownName ?? (userAgent === null ? UNKNOWN : guessOnce(userAgent));
}

function guessOnce(userAgent: string): string {
  const known = guessed.get(userAgent);
  if (known !== undefined) return known;
  const device = guessDevice(userAgent) ?? UNKNOWN;
  // Anybody may send what he likes: who fills it makes it forget, and no more.
  if (guessed.size >= MOST_GUESSES) guessed.clear();
  guessed.set(userAgent, device);
  return device;
}
