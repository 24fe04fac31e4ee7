import { type Duration, isDuration, milliseconds } from '../../kernel/duration.js';
import type { Fields } from '../../kernel/fields.js';
import { isPlainObject } from '../../kernel/json.js';
import type { RegisteredScope } from '../../kernel/register.js';
import type { Permission } from '../../roles/admin-permissions.js';
import { readRightNames } from '../../roles/right-names.js';
import type { ApiKeyGrant, ApiKeyRate } from './api-key.js';

/** What an API key can be good for: one of the host's scopes, or a right of its owner's. */
export type ApiKeyScope = [RegisteredScope, Permission, 'admin'][number];

export interface CreateApiKeyInput {
  /** What will use it, for its owner. */
  readonly name: string;
  /**
   * What it is good for: names that `@RequireScope()` asks for, and permissions of the owner's. Those that he does not have at the time of a
   * request do not count. @default [], which is good for nothing but routes that ask for no scope
   */
  readonly scopes?: readonly ApiKeyScope[];
  /** A date, an ISO 8601 text with its zone, or milliseconds. @default never, within `apiKeys.maxLifetime` */
  readonly expiresAt?: Date | string | number | null;
  /** How often it may be used in all. @default any number */
  readonly maxUses?: number | null;
  /** How often it may be used within a time of at most an hour: `{ uses: 60, per: '1m' }`. @default any number */
  readonly rate?: { readonly uses: number; readonly per: Duration } | null;
}

const MOST_USES = 1_000_000_000;
/** As long as the counters of a rate are kept in any case. */
export const LONGEST_RATE = milliseconds('1h');

/** Reads scopes, maxUses and rate; faults are noted in `input`. */
export function readGrant(input: Fields, known: ReadonlySet<string> | null): ApiKeyGrant {
  const scopes = input.has('scopes') ? readRightNames(input, 'scopes') : [];
  if (known !== null && !scopes.every((scope) => known.has(scope))) input.fault('scopes', 'USERS_UNKNOWN_SCOPE');
  return { scopes, maxUses: readUses(input), rate: readRate(input) };
}

function readUses(input: Fields): number | null {
  const uses = input.raw('maxUses') ?? null;
  if (uses === null || isCount(uses)) return uses;
  input.fault('maxUses', 'USERS_NOT_VALID');
  return null;
}

function readRate(input: Fields): ApiKeyRate | null {
  const rate = input.raw('rate') ?? null;
  if (rate === null) return null;
  const { uses, per } = isPlainObject(rate) ? rate : {};
  const isGood = isCount(uses) && isDuration(per) && milliseconds(per) >= 1_000 && milliseconds(per) <= LONGEST_RATE;
  if (!isGood) input.fault('rate', 'USERS_NOT_VALID');
  return isGood ? { uses, per } : null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MOST_USES;
}
