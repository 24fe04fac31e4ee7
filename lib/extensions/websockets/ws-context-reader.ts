import type { ExecutionContext } from '@nestjs/common';
import { type CallFace, ContextReader } from '../../extend.js';
import { UsersError } from '../../index.js';
import type { SocketSessions } from './socket-sessions.js';
import { WsRefusal } from './ws-errors.filter.js';

/** Messages of a socket. Each is asked for anew, with what its handshake showed: one statement a message. */
export class WsContextReader extends ContextReader {
  override readonly type = 'ws';

  constructor(private readonly sockets: SocketSessions) {
    super();
  }

  override read(context: ExecutionContext): CallFace {
    const client = context.switchToWs().getClient<object>();
    const request = this.sockets.requestOf(client);
    if (request === undefined) {
      throw new Error(`${context.getClass().name} is a gateway whose handshakes are not checked: put @SessionGateway() on it.`);
    }
    return { request, response: null, isSafe: false, unit: context, keeper: client, isLasting: true };
  }

  /** Nest sends anything but its own exception as "Internal server error". A socket whose session is over has no more to say. */
  override refusal(error: unknown, context: ExecutionContext): unknown {
    if (!(error instanceof UsersError)) return error;
    if (error.kind === 'unauthenticated') this.sockets.endSoon(context.switchToWs().getClient<object>());
    return new WsRefusal(error);
  }
}
