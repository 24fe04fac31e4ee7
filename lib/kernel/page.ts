import { InvalidInputError } from './errors.js';
import type { Fields } from './fields.js';
import { isStorable } from './json.js';

/** One page of a list by keyset: `next` is opaque, goes into `after`, and is `null` on the last page. */
export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 200;

/** Packs the sort key of a page's last row into an opaque string. */
export function encodeCursor(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/**
 * @returns the sort key that {@link encodeCursor} packed.
 * @throws InvalidInputError when it was not made by us: a cursor is input like any other.
 */
export function decodeCursor(cursor: string, length: number): string[] {
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw invalidCursor();
  }
  // NUL would fail the statement on PostgreSQL; a wrong length would compare the wrong columns.
  if (!Array.isArray(key) || key.length !== length || !key.every((part) => typeof part === 'string' && isStorable(part)))
    throw invalidCursor();
  return key as string[];
}

/** For a store whose sort key has a shape of its own, such as an id. */
export function invalidCursor(): InvalidInputError {
  return new InvalidInputError('This is not the `next` of an earlier page.', { after: ['USERS_INVALID_CURSOR'] });
}

/** Cuts `rows`, which were read one further than `limit`, into a page. */
export function pageOf<T>(rows: T[], limit: number, keyOf: (row: T) => readonly string[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last !== undefined ? encodeCursor(keyOf(last)) : null };
}

/** Reads `limit` (1 to 200) and `after`; faults are noted in `input`. */
export function readPageRequest(input: Fields): { limit: number; after: string | undefined } {
  const limit = input.has('limit') ? input.raw('limit') : DEFAULT_PAGE_SIZE;
  const isGood = typeof limit === 'number' && Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE_SIZE;
  if (!isGood) input.fault('limit', 'USERS_NOT_VALID');
  return { limit: isGood ? limit : DEFAULT_PAGE_SIZE, after: input.optionalText('after', { max: 2_000 }) };
}
