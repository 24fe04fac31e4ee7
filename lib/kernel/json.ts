export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** Keys that reach a prototype when somebody later merges the object carelessly (CWE-1321): refused, not dropped. */
const PROTOTYPE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);
const MAX_DEPTH = 32;

/** What is wrong with a value that should be stored as JSON, or `null` when nothing is. */
export function faultOfJson(value: unknown, maxBytes: number): string | null {
  if (!isJson(value, 0)) return 'USERS_NOT_JSON_VALUE';
  return Buffer.byteLength(JSON.stringify(value)) > maxBytes ? 'USERS_TOO_LONG' : null;
}

/** True for an object literal or what `JSON.parse` makes of one: no array, no class instance, no `null`. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isJson(value: unknown, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'string') return isStorable(value);
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1));
  if (!isPlainObject(value)) return false;
  return Object.entries(value).every(([key, item]) => !PROTOTYPE_KEYS.has(key) && isStorable(key) && isJson(item, depth + 1));
}

/** NUL is refused by PostgreSQL; a lone surrogate is changed by every UTF-8 encoder, so two different strings would become one. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/** False where a text would be more than one line in a log, or begin another header in a mail (CR LF); white space around it is no matter. */
export function isLine(text: string): boolean {
  return !/[\r\n\u2028\u2029]/.test(text) && !/\p{Cc}/u.test(text.trim());
}
