import { InvalidInputError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { isId } from '../kernel/id.js';
import { readPageRequest } from '../kernel/page.js';
import type { SessionKind, SessionNeed } from './session.entity.js';
import type { SessionFilter, SessionState } from './session-conditions.store.js';

/** Exactly one of `login`, `email` and `username`, and the password. */
export interface LoginInput {
  readonly login?: string;
  readonly email?: string;
  readonly username?: string;
  readonly password: string;
  /** Whether the cookie outlives the browser's session; the session's own life is the same. @default false */
  readonly remember?: boolean;
  /** What the client calls its device: "Ann's Pixel". */
  readonly deviceName?: string;
  /** Free JSON for the session. */
  readonly data?: unknown;
  /** A fixed end, capped by the absolute time-out: a date, an ISO 8601 text with its zone, or milliseconds. */
  readonly expiresAt?: Date | string | number | null;
}

export interface OpenInput extends Pick<LoginInput, 'remember' | 'deviceName' | 'data' | 'expiresAt'> {
  /** What the session lacks; until then it can do only that. @default [] */
  readonly needs?: readonly SessionNeed[];
}

export interface ListSessions {
  readonly userId?: string | undefined;
  readonly ip?: string | undefined;
  /** @default 'all' */
  readonly state?: SessionState | undefined;
  /** @default 'session' */
  readonly kind?: SessionKind | 'all' | undefined;
  /** 1 to 200. @default 50 */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** Which sessions to end; API keys only where `kind` says so. Everybody's only by the word `everyone`: a filter that came out empty must not mean all. */
export type EndSessions = {
  readonly state?: SessionState | undefined;
  /** @default 'session' */
  readonly kind?: SessionKind | 'all' | undefined;
} & ({ readonly userId: string; readonly except?: string | undefined } | { readonly everyone: true });

const NEEDS: readonly unknown[] = ['second-factor', 'new-password', 'confirm-email'] satisfies SessionNeed[];
const STATES: readonly unknown[] = ['live', 'expired', 'all'] satisfies SessionState[];

/** @returns the filter, or `null` when it can match nothing: an id that is no id must not reach the database. */
export function readSessionFilter(request: unknown): { filter: SessionFilter; limit: number; after: string | undefined } | null {
  const input = Fields.of(request);
  const userId = input.optionalText('userId');
  const ip = input.optionalText('ip', { max: 45 });
  const state = stateOf(input);
  const kind = kindOf(input);
  const page = readPageRequest(input);
  input.done();
  return userId !== undefined && !isId(userId) ? null : { filter: { userId, ip, state, kind }, ...page };
}

/**
 * @returns the filter, or `null` when it can match nothing.
 * @throws InvalidInputError when neither a user nor `everyone` is named, or both are; also for an `except` that is no id.
 */
export function readEndFilter(request: unknown): SessionFilter | null {
  const input = Fields.of(request);
  const everyone = input.optionalFlag('everyone') ?? false;
  const userId = input.optionalText('userId');
  const except = input.optionalText('except');
  const state = stateOf(input);
  const kind = kindOf(input);
  if (except !== undefined && !isId(except)) input.fault('except', 'USERS_NOT_VALID');
  input.done();
  if ((userId !== undefined) === everyone) throw new InvalidInputError('Name a userId, or everyone: true.', { userId: ['USERS_REQUIRED'] });
  return userId !== undefined && !isId(userId) ? null : { userId, exceptId: except, state, kind };
}

/** Reads the steps that a session to be opened will lack; faults are noted in `input`. */
export function readNeeds(input: Fields): readonly SessionNeed[] {
  const needs = input.raw('needs') ?? [];
  const isGood = Array.isArray(needs) && needs.every((need) => NEEDS.includes(need));
  if (!isGood) input.fault('needs', 'USERS_NOT_VALID');
  return isGood ? [...new Set(needs as SessionNeed[])] : [];
}

/** @returns `undefined` for both. */
function kindOf(input: Fields): SessionKind | undefined {
  const kind = input.raw('kind') ?? 'session';
  if (kind === 'session' || kind === 'apiKey') return kind;
  if (kind !== 'all') input.fault('kind', 'USERS_NOT_VALID');
  return undefined;
}

function stateOf(input: Fields): SessionState {
  const state = input.raw('state');
  if (state !== undefined && !STATES.includes(state)) input.fault('state', 'USERS_NOT_VALID');
  return (state as SessionState | undefined) ?? 'all';
}
