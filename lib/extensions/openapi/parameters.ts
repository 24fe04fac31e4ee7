import { flag, type Schema, text, word } from './schema.js';

interface QueryParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: Schema;
}

/** What our routes read from a query string; an empty value counts as absent. */
export const PARAMETERS = {
  search: {
    name: 'search',
    description: 'User names, addresses and display names that contain this, whatever the case.',
    schema: text({ maxLength: 255 }),
  },
  prefix: { name: 'prefix', description: 'User names and addresses that begin so.', schema: text({ maxLength: 255 }) },
  status: { name: 'status', description: 'Users of this status alone.', schema: word('pending', 'active', 'banned', 'disabled') },
  isAdmin: { name: 'isAdmin', description: 'Administrators alone, or everybody else.', schema: flag() },
  userId: { name: 'userId', description: "This user's alone.", schema: text({ maxLength: 255 }) },
  ip: { name: 'ip', description: 'Opened from this address.', schema: text({ maxLength: 45 }) },
  sessionState: { name: 'state', description: 'Sessions in this state; `all` without it.', schema: word('live', 'expired', 'all') },
  everyone: { name: 'everyone', description: "`true` for everybody's, the own ones included.", schema: flag() },
  limit: { name: 'limit', description: 'The length of a page; 50 without it.', schema: { type: 'integer', minimum: 1, maximum: 200 } },
  after: { name: 'after', description: '`next` of the page before.', schema: text({ maxLength: 2_000 }) },
} as const satisfies Record<string, QueryParameter>;

export type ParameterName = keyof typeof PARAMETERS;

/** Parameters as a document has them: those of the path, then those of the query string. */
export function parametersOf(path: string, query: readonly ParameterName[] = []): object[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: text() }));
  return [...inPath, ...query.map((name) => ({ in: 'query', required: false, ...PARAMETERS[name] }))];
}
