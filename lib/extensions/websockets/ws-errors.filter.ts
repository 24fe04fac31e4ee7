import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { UsersError } from '../../index.js';
import { sendException, type SocketClient } from './sockets.js';

/** A refusal of our guards, as Nest's own exception: where the gateway has no filter of ours, Nest tells the client. */
export class WsRefusal extends WsException {
  constructor(readonly refused: UsersError) {
    super(refused.getResponse());
  }
}

/**
 * Tells a client our errors by code and message, those of guards and those that a handler lets through from a service: Nest would say
 * "Internal server error". `@SessionGateway()` brings it; everything else goes to the host's filters as ever.
 */
@Catch(UsersError, WsRefusal)
export class WsErrorsFilter implements ExceptionFilter<UsersError | WsRefusal> {
  catch(exception: UsersError | WsRefusal, host: ArgumentsHost): void {
    const error = exception instanceof WsRefusal ? exception.refused : exception;
    sendException(host.switchToWs().getClient<SocketClient>(), error.getResponse());
  }
}
