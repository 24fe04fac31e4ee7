import { Fields } from '../kernel/fields.js';
import type { HttpExchange } from './http-exchange.js';

/** @throws InvalidInputError when the body is no object; one that is missing counts as empty. */
export function bodyOf(exchange: HttpExchange): Fields {
  return Fields.of(exchange.body ?? {});
}

/**
 * Takes `names` and nothing else from a body, so that a field that only trusted callers may give never comes from a stranger. The values
 * are as they came: the service that gets them checks them, whatever its types say.
 */
export function take<T extends object>(body: Fields, names: readonly string[]): T {
  return Object.fromEntries(names.filter((name) => body.has(name)).map((name) => [name, body.raw(name)])) as T;
}
