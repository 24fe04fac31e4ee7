import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable } from 'rxjs';
import { foundIn, HttpExchanges } from '../../extend.js';
import { type ActingRequest, ActingRequests } from './acting-requests.js';

/** Behind the guards of every handler of the app: what the handler does is done by whom they found. */
@Injectable()
export class ActingRequestsInterceptor implements NestInterceptor {
  constructor(
    private readonly requests: ActingRequests,
    private readonly exchanges: HttpExchanges,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = this.requestOf(context);
    if (request === null) return next.handle();
    return new Observable((subscriber) => this.requests.run(request, () => next.handle().subscribe(subscriber)));
  }

  /** A call of another kind, which no guard of ours has read, is nobody's. */
  private requestOf(context: ExecutionContext): ActingRequest | null {
    const auth = foundIn(context).auth ?? null;
    if (auth === null && context.getType<string>() !== 'http') return null;
    return {
      actorId: auth?.session.actor?.id ?? auth?.user.id ?? null,
      sessionId: auth?.session.id ?? null,
      source: this.exchanges.of(context).source,
    };
  }
}
