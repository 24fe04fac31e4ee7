import { InvalidInputError } from '../../kernel/errors.js';

const IDENTIFIERS = ['login', 'username', 'email'] as const;

/** What somebody typed, in the two fields that passport-local reads. */
export interface LocalCredentials {
  readonly login: string;
  readonly password: string;
}

/**
 * Takes exactly one of login, username and email, and the password, from a request's body.
 *
 * @throws InvalidInputError for anything else, and for credentials in the query string, which passport-local would read: addresses are
 * logged and kept in histories.
 */
export function localCredentialsOf({ body, query }: { readonly body?: unknown; readonly query?: unknown }): LocalCredentials {
  for (const name of [...IDENTIFIERS, 'password']) {
    if (valueOf(query, name) !== undefined)
      throw new InvalidInputError('Credentials belong into the body, never into the address.', { [name]: ['USERS_NOT_ALLOWED'] });
  }
  const given = IDENTIFIERS.filter((name) => valueOf(body, name) !== undefined);
  const [login, password] = [valueOf(body, given[0] ?? 'login'), valueOf(body, 'password')];
  if (given.length !== 1 || !isText(login)) throw new InvalidInputError(undefined, { login: ['USERS_REQUIRED'] });
  if (!isText(password)) throw new InvalidInputError(undefined, { password: ['USERS_REQUIRED'] });
  return { login, password };
}

function valueOf(values: unknown, name: string): unknown {
  return typeof values === 'object' && values !== null && Object.hasOwn(values, name)
    ? (values as Record<string, unknown>)[name]
    : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
