import { guessDevice } from '../kernel/device.js';

/** What a person would call the device: the name it gave itself, "Firefox on Windows", or "Unknown device". A guess, never proof. */
export function describeDevice(userAgent: string | null, ownName: string | null): string {
  return ownName ?? guessDevice(userAgent) ?? 'Unknown device';
}
