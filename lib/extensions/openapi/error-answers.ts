import { type ErrorCode, STATUS_OF } from './error-codes.js';
import type { MountedRoute } from './mounted-routes.js';
import type { Operation, OperationAccess } from './operation.js';
import { word } from './schema.js';

/** Who may call a route, where its row does not say. */
export function accessOf({ part, operation }: Pick<MountedRoute, 'part' | 'operation'>): OperationAccess {
  return operation.access ?? (part === 'administration' ? 'admin' : 'session');
}

/** Whether an API key may call a route, where its row does not say. */
export function takesKeys({ part, operation }: Pick<MountedRoute, 'part' | 'operation'>): boolean {
  return operation.takesKeys ?? part === 'administration';
}

/** Every error that a route may answer, by status: `code` is one of its own. */
export function errorAnswers(route: MountedRoute): Record<string, object> {
  const codes = codesOf(route);
  const statuses = [...new Set(codes.map((code) => STATUS_OF[code]))].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      String(status),
      errorAnswer(
        status,
        codes.filter((code) => STATUS_OF[code] === status),
      ),
    ]),
  );
}

function codesOf(route: MountedRoute): ErrorCode[] {
  const { operation, method, path } = route;
  const isSafe = method === 'get';
  const follows: Record<string, boolean> = {
    USERS_INVALID_INPUT: operation.body !== undefined,
    USERS_UNAUTHENTICATED: ['session', 'admin'].includes(accessOf(route)),
    USERS_STEP_NEEDED: ['session', 'admin'].includes(accessOf(route)),
    USERS_FORBIDDEN: accessOf(route) === 'admin',
    USERS_SCOPE_MISSING: accessOf(route) !== 'public' && route.space.http.carriers.includes('apiKey') && !takesKeys(route),
    USERS_ACTING: operation.isClosedToActing === true,
    USERS_CAPTCHA_NEEDED: asksForPerson(route),
    USERS_CAPTCHA_WRONG: asksForPerson(route),
    USERS_CROSS_SITE: !isSafe,
    USERS_NOT_FOUND: path.includes('{'),
    USERS_NOT_JSON: !isSafe && method !== 'delete',
    USERS_UNAVAILABLE: true,
  };
  const all = Object.keys(STATUS_OF) as ErrorCode[];
  return all.filter((code) => follows[code] === true || errorsOf(operation).includes(code));
}

function asksForPerson({ operation, space }: MountedRoute): boolean {
  const { afterFailures, registration, passwordReset } = space.captcha;
  const asks: Record<string, boolean> = { login: afterFailures !== null, register: registration, requestPasswordReset: passwordReset };
  return asks[operation.id] === true;
}

function errorsOf({ errors = [] }: Operation): readonly ErrorCode[] {
  return errors;
}

const RETRY_AFTER = {
  'Retry-After': {
    description: 'Whole seconds after which another try makes sense.',
    required: true,
    schema: { type: 'integer', minimum: 0 },
  },
};

const WORDS: Readonly<Record<number, string>> = {
  400: 'Something in the input is missing or not valid.',
  401: 'Not signed in.',
  403: 'Not allowed.',
  404: 'Not there, or not yours.',
  409: 'It would contradict what is there.',
  415: 'The body is not application/json.',
  429: 'Too many tries.',
  503: 'The service cannot answer right now.',
};

function errorAnswer(status: number, codes: readonly ErrorCode[]): object {
  const own = { type: 'object', properties: { code: word(...codes) }, required: ['code'] };
  return {
    description: WORDS[status] ?? '',
    ...((status === 429 || status === 503) && { headers: RETRY_AFTER }),
    content: { 'application/json': { schema: { allOf: [{ $ref: 'Error' }, own] } } },
  };
}
