import { isList, type Row } from './row-reader.js';

/**
 * A row of which nobody else has a part: what a driver has parsed (JSON, instants, bytes) would otherwise be shared by all who read it.
 *
 * @returns `null` where something in it cannot be copied: an object of a class that some parser of the host's makes.
 */
export function copyOfRow(row: Row): Row | null {
  try {
    if (isList(row)) return row.map(copyOf);
    return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, copyOf(value)]));
  } catch (error) {
    if (error instanceof Uncopyable) return null;
    throw error;
  }
}

/** Whether all that a row holds can be given to any number of readers as it is. */
export function isFlat(row: Row): boolean {
  return Object.values(row).every((value) => typeof value !== 'object' || value === null);
}

class Uncopyable extends Error {}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  const kind = Object.prototype.toString.call(value);
  if (kind === '[object Date]') return new Date(Number(value));
  const prototype: unknown = Object.getPrototypeOf(value);
  // Not by identity alone: a driver may live in another realm.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  if (kind !== '[object Object]' || !isPlain) throw new Uncopyable();
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, copyOf(part)]));
}
