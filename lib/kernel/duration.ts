const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const PATTERN = /^(\d{1,9}(?:\.\d{1,6})?)([smhd])$/;
/** A hundred years: beyond some 270 000 there is no date to add it to. */
const LONGEST = 36_525 * UNITS.d;

/** A length of time with its unit: `'10d'`, `'90s'`. A bare number does not compile, so nobody mistakes seconds for milliseconds. */
export type Duration = `${number}${keyof typeof UNITS}`;

/** True when `value` is a duration that {@link milliseconds} understands: not negative, one unit, at most a hundred years. */
export function isDuration(value: unknown): value is Duration {
  return typeof value === 'string' && lengthOf(value) !== null;
}

/**
 * @returns the length in whole milliseconds.
 * @throws RangeError when the text is no duration.
 */
export function milliseconds(duration: Duration): number {
  const length = lengthOf(duration);
  if (length === null) throw new RangeError(`"${duration}" is no duration: write '30s', '15m', '12h' or '10d'.`);
  return length;
}

function lengthOf(text: string): number | null {
  const [, amount, unit] = PATTERN.exec(text) ?? [];
  const length = Math.round(Number(amount) * UNITS[unit as keyof typeof UNITS]);
  return length <= LONGEST ? length : null;
}

/** @returns the instant that lies `length` milliseconds after `instant`. */
export function after(instant: Date, length: number): Date {
  return new Date(instant.getTime() + length);
}
