import type { EntityManager } from './connection.js';
import { Database } from './database.js';
import { UnitOfWork } from './unit-of-work.js';

/** Put on a class whose one instance serves all, also those inside a host's transaction: it keeps state between requests. */
export const SERVES_ALL = Symbol('nestjs-users:serves-all');

/** What Nest leaves on a class with `@Injectable()`. */
const INJECTABLE = '__injectable__';

/**
 * A copy of `service` that does everything in the caller's open transaction, down to the last part that it is made of. What touches no
 * database is shared with the original.
 *
 * Copies, rather than a transaction that is "in the air": whoever holds the joined service sees that it is joined, and nobody else is.
 */
export function joined<T extends object>(service: T, manager: EntityManager): T {
  const copies = new Map<object, object>();
  const copyOf = (part: object): object => {
    const copy = copies.get(part) ?? made(part);
    copies.set(part, copy);
    return copy;
  };
  const made = (part: object): object => {
    if (part instanceof UnitOfWork || part instanceof Database) return part.within(manager);
    if (!isPart(part)) return part;
    const entries = Object.entries(part).map(
      ([name, value]: [string, unknown]) => [name, isObject(value) ? copyOf(value) : value] as const,
    );
    const isSame = entries.every(([name, value]) => value === (part as Record<string, unknown>)[name]);
    return isSame ? part : Object.assign(Object.create(Object.getPrototypeOf(part) as object) as object, Object.fromEntries(entries));
  };
  return copyOf(service) as T;
}

function isPart({ constructor }: object): boolean {
  return Reflect.hasOwnMetadata(INJECTABLE, constructor) && !Object.hasOwn(constructor, SERVES_ALL);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
