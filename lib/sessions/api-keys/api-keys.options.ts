import { type Duration, isDuration, milliseconds } from '../../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../../kernel/issues.js';
import { isRightName } from '../../roles/right-names.js';

export interface ApiKeysOptions {
  /** How many keys a user may have at once; 0 for none. @default 20 */
  readonly max?: number;
  /** The longest that a key may live; with it, one must have an end. @default none: a key may live until it is ended */
  readonly maxLifetime?: Duration;
  /** The scopes that there are. @default none: any name will do */
  readonly scopes?: readonly string[];
}

/** The resolved {@link ApiKeysOptions}. */
export abstract class ApiKeysSettings {
  abstract readonly max: number;
  /** In milliseconds. */
  abstract readonly maxLifetime: number | null;
  abstract readonly scopes: ReadonlySet<string> | null;
}

export function resolveApiKeysOptions(options: ApiKeysOptions = {}, issues: Issues): ApiKeysSettings {
  noteUnknownNames(options, ['max', 'maxLifetime', 'scopes'], { path: 'apiKeys', issues });
  const { max = 20, maxLifetime, scopes } = options;
  if (!Number.isInteger(max) || max < 0 || max > 1_000) issues.add('apiKeys.max', 'give a whole number between 0 and 1000.');
  const isLifetime = maxLifetime === undefined || (isDuration(maxLifetime) && milliseconds(maxLifetime) > 0);
  if (!isLifetime) issues.add('apiKeys.maxLifetime', "give a length of time with its unit: '90d'.");
  const areScopes = scopes === undefined || (Array.isArray(scopes) && scopes.every(isRightName));
  if (!areScopes) issues.add('apiKeys.scopes', "give a list of names: ['notes:read', 'notes:write'].");
  return {
    max,
    maxLifetime: isLifetime && maxLifetime !== undefined ? milliseconds(maxLifetime) : null,
    scopes: areScopes && scopes !== undefined ? new Set(scopes) : null,
  };
}
