import type { HttpExchange } from './http-exchange.js';

/** What a query string can only spell: these names stand for numbers and flags in our services. */
const NUMBERS = new Set(['limit']);
const FLAGS = new Set(['everyone', 'isAdmin']);

/**
 * Takes `names` from a query string. A form sends empty fields too, so an empty one counts as absent. What is neither a number nor a flag
 * where one belongs is left as it came: the service refuses it.
 */
export function queryOf<T extends object>(exchange: HttpExchange, names: readonly string[]): T {
  const { query } = exchange;
  const given = names.filter((name) => Object.hasOwn(query, name) && query[name] !== '');
  return Object.fromEntries(given.map((name) => [name, spelled(name, query[name])])) as T;
}

function spelled(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (NUMBERS.has(name) && /^\d{1,6}$/.test(value)) return Number(value);
  if (FLAGS.has(name) && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
