import { HttpException } from '@nestjs/common';

/** What kind of no it is. Closed: the HTTP status follows from it, and a host may switch over it. */
export type ErrorKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'unsupported' | 'rate-limited' | 'unavailable';

/** Codes by field: `{ password: ['USERS_PASSWORD_TOO_COMMON'] }`. */
export type FieldCodes = Readonly<Record<string, readonly string[]>>;

const STATUS = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  unsupported: 415,
  'rate-limited': 429,
  unavailable: 503,
} as const satisfies Record<ErrorKind, number>;

export interface ErrorDetails {
  readonly fields?: FieldCodes | undefined;
  /** Whole seconds after which another try makes sense; sent as `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined;
  /** The error underneath, for logs only: it never reaches an answer. */
  readonly cause?: unknown;
}

/**
 * The root of every error this library throws at a caller. It extends Nest's `HttpException` because a catch-everything filter of the
 * host's, even the one in Nest's own docs, turns anything else into a 500. No message holds a secret or proves that an account exists.
 */
export abstract class UsersError extends HttpException {
  /** Stable, for programs; the message may change. */
  abstract readonly code: `USERS_${string}`;
  readonly kind: ErrorKind;
  readonly fields: FieldCodes | undefined;
  readonly retryAfterSeconds: number | undefined;

  protected constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, STATUS[kind], { cause: details.cause });
    this.kind = kind;
    this.fields = details.fields;
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.name = new.target.name;
  }

  /** The body of the answer. Nest's own filter and most hosts' filters send this as it is. */
  override getResponse(): object {
    return { statusCode: this.getStatus(), code: this.code, message: this.message, ...(this.fields && { fields: this.fields }) };
  }

  /** What a GraphQL server shows beside the message: it takes this property of whatever a resolver throws. */
  get extensions(): Readonly<Record<string, unknown>> {
    const { statusCode, message: _message, ...rest } = this.getResponse() as Readonly<Record<string, unknown>>;
    return { ...rest, status: statusCode, ...(this.retryAfterSeconds !== undefined && { retryAfter: this.retryAfterSeconds }) };
  }
}

/** 400: something in the input is missing, of the wrong type, too long, or ill-formed; `fields` says which and why. */
export class InvalidInputError extends UsersError {
  override readonly code = 'USERS_INVALID_INPUT';

  constructor(message = 'Some of the input is missing or not valid.', fields?: FieldCodes) {
    super('invalid', message, { fields });
  }
}

/** 403: signed in, but not allowed. */
export class ForbiddenError extends UsersError {
  override readonly code = 'USERS_FORBIDDEN';

  constructor(message = 'You may not do this.') {
    super('forbidden', message);
  }
}

/** 404: not there, or not yours; the two are one answer so that nobody can probe for ids. */
export class NotFoundError extends UsersError {
  override readonly code = 'USERS_NOT_FOUND';

  constructor(message = 'There is nothing here.') {
    super('not-found', message);
  }
}

/** 429: a budget of http requests, checks or mails is spent. */
export class TooManyRequestsError extends UsersError {
  override readonly code = 'USERS_TOO_MANY_REQUESTS';

  constructor(retryAfterSeconds: number) {
    super('rate-limited', 'Too many tries. Wait a while, then try again.', { retryAfterSeconds });
  }
}

/** 503: the database, the hash lane or a store cannot answer now. Says nothing about who the caller is: a session is never refused for this. */
export class UnavailableError extends UsersError {
  override readonly code = 'USERS_UNAVAILABLE';

  constructor(cause?: unknown, retryAfterSeconds = 2) {
    super('unavailable', 'The service cannot answer right now. Try again in a moment.', { cause, retryAfterSeconds });
  }
}
