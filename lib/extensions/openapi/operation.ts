import type { AnswerName } from './answer-schemas.js';
import type { BodyName } from './body-schemas.js';
import type { ErrorCode } from './error-codes.js';
import type { ParameterName } from './parameters.js';

/** Who is let in: everybody; whoever comes, signed in or not; who has a session; administrators. */
export type OperationAccess = 'public' | 'optional' | 'session' | 'admin';

/** What a client is told of one route beside its path and method, which are Nest's to say. */
export interface Operation {
  /** The end of its operationId: with the space's name before it, `login` is `authLogin`. A client's code calls it so: it never changes. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** @default 'session' for one's own account, 'admin' for the administration */
  readonly access?: OperationAccess;
  /** Whether an API key may call it. @default false for one's own account, true for the administration */
  readonly takesKeys?: boolean;
  /** Whether it is closed to who acts in another's name. @default false */
  readonly isClosedToActing?: boolean;
  /** The schema of the body. */
  readonly body?: BodyName;
  /** @default true */
  readonly isBodyRequired?: boolean;
  /** Parameters in the query string. */
  readonly query?: readonly ParameterName[];
  /** The schema of each good answer; `null` for none. */
  readonly answers: Readonly<Record<number, AnswerName | null>>;
  /** What may go wrong beside what follows from access, method, path and body. */
  readonly errors?: readonly ErrorCode[];
}

/** One row for each route of a controller: every public method of ours is one, and the compiler misses none. */
export type OperationsOf<C> = { readonly [Handler in keyof C]: Operation };
