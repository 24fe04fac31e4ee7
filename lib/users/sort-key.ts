import type { BaseUser } from './base-user.js';
import type { UserRow } from './user.store.js';

/** What a user is sorted by is the first of these that he has, and an empty text where he has none. */
const NAMES = ['usernameKey', 'emailKey', 'email'] as const satisfies readonly (keyof BaseUser)[];

type Quote = (column: string) => string;

/** The rule that the table holds each row to. */
export function sortKeyRule(quote: Quote): string {
  return `${quote('sortKey')} = COALESCE(${NAMES.map(quote).join(', ')}, '')`;
}

/** A whole row with its sort key. */
export function withSortKey<R extends UserRow>(row: R): R & { sortKey: string } {
  return { ...row, sortKey: NAMES.map((name) => row[name]).find((value) => typeof value === 'string') ?? '' };
}

/**
 * What a patch makes of the sort key, as an expression of the columns that the patch leaves alone: what these hold only the database can
 * say, and of the others MariaDB would read the new value where the rest read the old.
 *
 * @returns `null` for a patch of none of the names.
 */
export function sortKeyAfter(patch: UserRow, quote: Quote): { expression: string; parameters: { sortKey: string } } | null {
  if (NAMES.every((name) => patch[name] === undefined)) return null;
  const given = NAMES.find((name) => typeof patch[name] === 'string');
  const before = given === undefined ? NAMES : NAMES.slice(0, NAMES.indexOf(given));
  const left = before.filter((name) => patch[name] === undefined).map(quote);
  const sortKey = (given && patch[given]) ?? '';
  return { expression: `COALESCE(${[...left, ':sortKey', "''"].join(', ')})`, parameters: { sortKey } };
}
