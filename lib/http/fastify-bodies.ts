import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { markOwnAnswer } from './answer-headers.js';
import { HttpExchange } from './http-exchange.js';
import { hasBody, requireJson } from './json-body.js';

/** Where Nest's Fastify adapter looks for a route's `config`; `RouteConfig` of that package writes the same key. */
export const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';
/** In that config: this route is one of ours. */
export const FASTIFY_MARK = 'nestjsUsers';

interface FastifyRequest {
  readonly headers: Record<string, string | undefined>;
  readonly routeOptions?: { readonly config?: Readonly<Record<string, unknown>> };
}
interface FastifyReply {
  getHeader(name: string): unknown;
  header(name: string, value: string): unknown;
}
type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: unknown) => void) => void;
interface FastifyInstance {
  addHook(name: 'onRequest', hook: Hook): unknown;
}

/**
 * Makes our routes take bodies on Fastify just as on Express. Fastify answers before any guard: 400 to an empty body that says it is
 * JSON, which every `fetch` wrapper sends, and its own 415 to a type it does not know. Other routes are left alone.
 */
@Injectable()
export class FastifyBodies implements OnModuleInit {
  constructor(private readonly adapters: HttpAdapterHost) {}

  onModuleInit(): void {
    const adapter = this.adapters.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    // No adapter in an application context, such as a command line's.
    if (adapter?.getType() !== 'fastify') return;
    adapter.getInstance<FastifyInstance>().addHook('onRequest', (request, reply, done) => {
      if (request.routeOptions?.config?.[FASTIFY_MARK] !== true) return done();
      markOwnAnswer(exchangeOf(request, reply));
      done(faultOf(request));
    });
  }
}

/** Before any guard: what is refused here, and by Fastify's parser after it, has the headers of our other answers. */
function exchangeOf(request: FastifyRequest, reply: FastifyReply): HttpExchange {
  const none = (): void => undefined;
  return new HttpExchange(request, () => null, {
    get: (name) => reply.getHeader(name),
    set: (name, value) => void reply.header(name, value),
    append: none,
    status: none,
  });
}

function faultOf({ headers }: FastifyRequest): unknown {
  if (!hasBody((name) => headers[name])) {
    delete headers['content-type'];
    return undefined;
  }
  try {
    requireJson((name) => headers[name]);
    return undefined;
  } catch (error) {
    return error;
  }
}
