import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { catchError, type Observable, throwError } from 'rxjs';
import { UsersError } from '../../index.js';

/**
 * Tells the caller of a message handler our errors by code and message, where the handler lets them through from a service: Nest would
 * say "Internal server error". The module brings it for everything; in a hybrid application that does not inherit its settings put it on
 * the handlers: `@UseInterceptors(RpcErrorsInterceptor)`.
 */
@Injectable()
export class RpcErrorsInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const answer = next.handle();
    return context.getType() === 'rpc' ? answer.pipe(catchError((error: unknown) => throwError(() => rpcErrorOf(error)))) : answer;
  }
}

/** Nest sends anything but its own exception as "Internal server error". */
export function rpcErrorOf(error: unknown): unknown {
  return error instanceof UsersError ? new RpcException(error.getResponse()) : error;
}
