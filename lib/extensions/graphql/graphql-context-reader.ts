import type { ExecutionContext } from '@nestjs/common';
import { type CallFace, ContextReader } from '../../extend.js';

/** What GraphQL servers hand to resolvers: Apollo's has the request at `req`, Mercurius' has it at `reply` as well. */
interface GraphqlContext {
  readonly req?: unknown;
  readonly res?: unknown;
  readonly reply?: { readonly request?: unknown } | null;
}

/** Express's request knows its answer, Fastify's does not. */
interface CarriedRequest {
  readonly method?: unknown;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly res?: { readonly writableEnded?: unknown } | null;
}

const GIVE_A_FUNCTION = 'Give GraphQLModule.forRoot() its `context` as a function that makes a new object for each request';

/**
 * Queries and mutations that came as HTTP requests, code first or schema first, with Apollo or Mercurius. A request is asked once, however
 * many fields it names. It reads the resolver's arguments by their place, as `GqlExecutionContext` does, and so needs no GraphQL package.
 */
export class GraphqlContextReader extends ContextReader {
  override readonly type = 'graphql';

  override read(context: ExecutionContext): CallFace {
    const [, , keeper, info] = context.getArgs<[unknown, unknown, unknown, { operation?: { operation?: unknown } } | undefined]>();
    if (!isObject(keeper)) throw new Error(`A resolver was called without a context. ${GIVE_A_FUNCTION}.`);
    const request = requestIn(keeper);
    return {
      request,
      response: responseIn(keeper, request),
      // A link of another site's page is a GET with our cookie: what it may do at most is read.
      isSafe: info?.operation?.operation === 'query' && ['GET', 'HEAD'].includes(String(request.method)),
      unit: request,
      keeper,
    };
  }
}

/** @throws Error for a request that is missing, that is another one's, or that opened a socket. */
function requestIn({ req, reply }: GraphqlContext): CarriedRequest {
  const request = req ?? reply?.request;
  if (!isObject(request) || !isObject((request as CarriedRequest).headers)) {
    throw new Error('A guarded resolver found no request: return it as `req` from the `context` of GraphQLModule.forRoot().');
  }
  const carried: CarriedRequest = request;
  // Some versions of Nest's drivers put the first request into an object that all later ones share: everybody would be the first user.
  const isAnothers = carried.res?.writableEnded === true || (isObject(reply) && reply.request !== undefined && reply.request !== request);
  if (isAnothers) throw new Error(`A resolver was given the request of somebody else. ${GIVE_A_FUNCTION}.`);
  if (carried.headers?.['upgrade'] !== undefined) {
    throw new Error(
      'A guarded resolver was called over a WebSocket, which is not supported: put subscriptions behind a gateway of your own.',
    );
  }
  return carried;
}

function responseIn({ res, reply }: GraphqlContext, request: CarriedRequest): object | null {
  const response = res ?? reply ?? request.res;
  return isObject(response) ? response : null;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
