import type { ExecutionContext } from '@nestjs/common';
import { type CallFace, ContextReader } from './context-reader.port.js';

/** Express's and Fastify's routes. */
export class HttpContextReader extends ContextReader {
  override readonly type = 'http';

  override read(context: ExecutionContext): CallFace {
    // Not by `switchToHttp()`, which gives the context three new functions each time it is asked: at each request.
    const [request, response] = context.getArgs<[unknown, object | null]>();
    if (typeof request !== 'object' || request === null) throw new Error('An HTTP context without a request: nobody can be let in by it.');
    return { request, response, unit: request, keeper: request };
  }
}
