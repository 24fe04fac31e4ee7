import { type DomainEvent, ImpersonationStarted, type JsonObject, type JsonValue } from '../../index.js';

/** What stands in columns of its own. */
const IN_COLUMNS = new Set(['at', 'name', 'userId', 'sessionId']);
/** Lists of names that code gives, not people. */
const NAMES = new Set(['fields', 'roles', 'permissions', 'scopes']);

/**
 * What an event says beside who and when, as far as it cannot be a secret: flags, numbers, instants, and names of fields and rights. A
 * text may be a name, a reason, a token; no event's text is kept, whoever defines it, but the reason of an impersonation: it is given to be
 * kept.
 */
export function factsOf(event: DomainEvent): JsonObject | null {
  const facts = Object.entries(event).flatMap(([name, value]: [string, unknown]): [string, JsonValue][] => {
    const isReason = event instanceof ImpersonationStarted && name === 'reason' && typeof value === 'string';
    const fact = isReason ? value : IN_COLUMNS.has(name) ? undefined : factOf(name, value);
    return fact === undefined ? [] : [[name, fact]];
  });
  return facts.length === 0 ? null : Object.fromEntries(facts);
}

function factOf(name: string, value: unknown): JsonValue | undefined {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (value instanceof Date) return value.toISOString();
  const isNames = NAMES.has(name) && Array.isArray(value);
  return isNames ? value.filter((one): one is string => typeof one === 'string' && one.length <= 64).slice(0, 50) : undefined;
}
