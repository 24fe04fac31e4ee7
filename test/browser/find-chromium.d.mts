/** @returns the path of an executable, or null where there is none. */
export function findChromium(): string | null;
