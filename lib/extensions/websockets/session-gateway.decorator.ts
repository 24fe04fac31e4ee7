import { Inject, UseFilters, UseGuards } from '@nestjs/common';
import { SessionGuard } from '../../index.js';
import { OptionalRoute } from '../../extend.js';
import { SocketSessions } from './socket-sessions.js';
import type { SocketSpace } from './socket-space.js';
import { WsErrorsFilter } from './ws-errors.filter.js';

export interface SessionGatewayOptions {
  /** Whether sockets of nobody are let in; `@CurrentUser()` is then `null` for them. @default false */
  readonly optional?: boolean;
  /** The user space whose people connect; `UsersWebSocketsModule.forRoot({ space })` is then imported too. @default the usual one */
  readonly space?: SocketSpace;
}

const SESSIONS = Symbol('nestjs-users: socket sessions');

interface Gateway {
  [SESSIONS]?: SocketSessions;
  afterInit?: (this: Gateway, server: unknown) => unknown;
}

/**
 * For a gateway of signed-in people: its handshakes are checked before a socket is open, each message asks for the session anew, and
 * sockets are closed when their session ends. It brings `SessionGuard` and a filter for our errors along, and runs before the gateway's own `afterInit()`.
 *
 * Put it below `@WebSocketGateway()` or above it; Nest's guards alone do not see handshakes.
 */
export function SessionGateway({ optional = false, space }: SessionGatewayOptions = {}): ClassDecorator {
  return (gateway) => {
    UseGuards(space?.SessionGuard ?? SessionGuard)(gateway);
    if (optional) OptionalRoute(true)(gateway);
    UseFilters(WsErrorsFilter)(gateway);
    const prototype = gateway.prototype as Gateway;
    Inject(SocketSessions.of(space))(prototype, SESSIONS);
    const afterInit = prototype.afterInit;
    prototype.afterInit = function (server) {
      this[SESSIONS]?.guard(server, { optional });
      return afterInit?.call(this, server);
    };
  };
}
