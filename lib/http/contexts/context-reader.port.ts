import type { ExecutionContext } from '@nestjs/common';
import type { HttpRequest } from '../http-exchange.js';

/** What a guard needs to see of a call, wherever it came from. */
export interface CallFace {
  /** Where the credential stands: the framework's request, or something of the same shape. Nothing in it is trusted. */
  readonly request: HttpRequest;
  /** The framework's answer, for headers; `null` where a call has none. */
  readonly response: object | null;
  /** Whether the call changes nothing, whatever page sent it. @default by the request's method: GET, HEAD and OPTIONS */
  readonly isSafe?: boolean;
  /** The session is asked for once per such object, however many guards stand before a handler: a request, a query, a message. */
  readonly unit: object;
  /** One of the context's arguments. What the guard finds is kept at it, for the decorators. */
  readonly keeper: object;
  /** True for a keeper that outlives the call, such as a socket: what is kept there is for the same handler alone. @default false */
  readonly isLasting?: boolean;
}

/** Reads the calls of one kind of execution context: HTTP is built in, an extension adds its own to `HttpExchanges.readers`. */
export abstract class ContextReader {
  /** Nest's name for the kind of context: `http`, `graphql`, `ws`, `rpc`. */
  abstract readonly type: string;

  /**
   * @throws Error when there is nothing to read. Its message goes to the log, once, and must name the mend; the caller is refused.
   */
  abstract read(context: ExecutionContext): CallFace;

  /** Turns a refusal into what this kind of context passes on to its clients; left as it is by default. */
  refusal(error: unknown, _context: ExecutionContext): unknown {
    return error;
  }
}
