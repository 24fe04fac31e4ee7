import { InvalidInputError } from './errors.js';
import { faultOfJson, isLine, isStorable, type JsonValue } from './json.js';

/** Longest text that any field takes unless it says otherwise: code points. */
const DEFAULT_MAX_LENGTH = 255;
/** The longest that PostgreSQL, MariaDB and JavaScript agree on is far beyond; an instant that a caller gives may not be absurd. */
const LAST_INSTANT = Date.UTC(9999, 0);

export interface TextRule {
  /** In code points. @default 255 */
  readonly max?: number;
  /** For names and addresses: line breaks and control characters are faults. @default false */
  readonly line?: boolean;
}

/**
 * Reads an input that nobody has checked yet, field by field, and remembers every fault, so that the caller gets all of them in one
 * answer. `undefined` means absent; an empty string, `null` and a wrong type are faults, never absence.
 *
 * Lengths are checked before anything looks at the characters, so that a megabyte costs nothing. An instance of a class is as good as an
 * object literal: under a host's `ValidationPipe({ transform: true })` every body is one.
 */
export class Fields {
  private readonly faults = new Map<string, string[]>();

  private constructor(private readonly values: Record<string, unknown>) {}

  /** @throws InvalidInputError when `input` is no object, or a list, or bytes: a body that a host's parser left unread would count as empty. */
  static of(input: unknown): Fields {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input) && !ArrayBuffer.isView(input);
    if (!isObject) throw new InvalidInputError('The input must be an object.');
    return new Fields(input as Record<string, unknown>);
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined;
  }

  /** The value as it came, for a parser of its own; own properties only, so that `constructor` is not a field. */
  raw(name: string): unknown {
    return Object.hasOwn(this.values, name) ? this.values[name] : undefined;
  }

  /** Notes a fault that the caller found. */
  fault(name: string, code: string): void {
    this.faults.set(name, [...(this.faults.get(name) ?? []), code]);
  }

  optionalText(name: string, rule: TextRule = {}): string | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const fault = faultOfText(value, rule);
    if (fault === null) return value as string;
    this.fault(name, fault);
    return undefined;
  }

  /** A text, or `''` beside a noted fault: call {@link done} before using it. */
  text(name: string, rule: TextRule = {}): string {
    if (!this.has(name)) this.fault(name, 'USERS_REQUIRED');
    return this.optionalText(name, rule) ?? '';
  }

  optionalFlag(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === 'boolean') return value;
    this.fault(name, 'USERS_WRONG_TYPE');
    return undefined;
  }

  flag(name: string): boolean {
    if (!this.has(name)) this.fault(name, 'USERS_REQUIRED');
    return this.optionalFlag(name) ?? false;
  }

  /** A `Date`, an ISO 8601 text with its zone, or milliseconds since 1970; any time before the year 9999. */
  optionalInstant(name: string): Date | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isIso = typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.,]{4,20}(?:Z|[+-]\d\d:\d\d)$/.test(value);
    const at = value instanceof Date || typeof value === 'number' || isIso ? new Date(value).getTime() : Number.NaN;
    if (at >= 0 && at < LAST_INSTANT) return new Date(at);
    this.fault(name, 'USERS_NOT_VALID');
    return undefined;
  }

  /** A value to be stored as JSON; `null` clears. */
  optionalJson(name: string, maxBytes: number): JsonValue | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const fault = faultOfJson(value, maxBytes);
    if (fault === null) return value as JsonValue;
    this.fault(name, fault);
    return undefined;
  }

  /** @throws InvalidInputError naming every fault noted so far. */
  done(): void {
    if (this.faults.size > 0) throw new InvalidInputError(undefined, Object.fromEntries(this.faults));
  }
}

/** What is wrong with a value that should be a text, as a field code, or `null` when nothing is. */
export function faultOfText(value: unknown, { max = DEFAULT_MAX_LENGTH, line = false }: TextRule = {}): string | null {
  if (typeof value !== 'string') return 'USERS_WRONG_TYPE';
  if (value.length === 0) return 'USERS_EMPTY';
  // A code point has at most two UTF-16 units: the cheap test first, so that a megabyte is never counted.
  if (value.length > max * 2 || [...value].length > max) return 'USERS_TOO_LONG';
  return isStorable(value) && (!line || isLine(value)) ? null : 'USERS_ILL_FORMED';
}
