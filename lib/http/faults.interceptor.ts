import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { catchError, type Observable, throwError } from 'rxjs';
import { markFault } from './answer-headers.js';
import { HttpExchanges } from './http-exchanges.js';

/** Gives a fault of ours its headers (`Retry-After`) and passes it on: status and body are the host's exception filters' matter. */
@Injectable()
export class FaultsInterceptor implements NestInterceptor {
  constructor(private readonly exchanges: HttpExchanges) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        markFault(this.exchanges.of(context), error);
        return throwError(() => error);
      }),
    );
  }
}
