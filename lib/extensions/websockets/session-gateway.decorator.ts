import { Inject, UseGuards } from '@nestjs/common';
import { OptionalSession, SessionGuard } from '../../index.js';
import { SocketSessions } from './socket-sessions.js';

export interface SessionGatewayOptions {
  /** Whether sockets of nobody are let in; `@CurrentUser()` is then `null` for them. @default false */
  readonly optional?: boolean;
}

const SESSIONS = Symbol('nestjs-users: socket sessions');

interface Gateway {
  [SESSIONS]?: SocketSessions;
  afterInit?: (this: Gateway, server: unknown) => unknown;
}

/**
 * For a gateway of signed-in people: its handshakes are checked before a socket is open, each message asks for the session anew, and
 * sockets are closed when their session ends. It brings `SessionGuard` along, and runs before the gateway's own `afterInit()`.
 *
 * Put it below `@WebSocketGateway()` or above it; Nest's guards alone do not see handshakes.
 */
export function SessionGateway({ optional = false }: SessionGatewayOptions = {}): ClassDecorator {
  return (gateway) => {
    (optional ? OptionalSession() : UseGuards(SessionGuard))(gateway);
    const prototype = gateway.prototype as Gateway;
    Inject(SocketSessions)(prototype, SESSIONS);
    const afterInit = prototype.afterInit;
    prototype.afterInit = function (server) {
      this[SESSIONS]?.guard(server, { optional });
      return afterInit?.call(this, server);
    };
  };
}
