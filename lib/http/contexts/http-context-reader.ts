import type { ExecutionContext } from '@nestjs/common';
import { type CallFace, ContextReader } from './context-reader.port.js';

/** Express's and Fastify's routes. */
export class HttpContextReader extends ContextReader {
  override readonly type = 'http';

  override read(context: ExecutionContext): CallFace {
    const request: unknown = context.switchToHttp().getRequest();
    if (typeof request !== 'object' || request === null) throw new Error('An HTTP context without a request: nobody can be let in by it.');
    return { request, response: context.switchToHttp().getResponse<object | null>(), unit: request, keeper: request };
  }
}
