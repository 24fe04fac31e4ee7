import { type DynamicModule, Global, Module } from '@nestjs/common';
import { HttpExchanges } from '../../extend.js';
import { SocketSessions } from './socket-sessions.js';
import { resolveWebSocketsOptions, type UsersWebSocketsOptions, WebSocketsSettings } from './web-sockets.options.js';
import { WsContextReader } from './ws-context-reader.js';

/**
 * Lets our guards and decorators read the messages of gateways, and closes sockets whose session has ended: import it once, and put
 * `@SessionGateway()` on each gateway. Without it a guarded gateway refuses everybody.
 */
@Global()
@Module({
  providers: [SocketSessions, { provide: WebSocketsSettings, useFactory: () => resolveWebSocketsOptions() }],
  exports: [SocketSessions],
})
export class UsersWebSocketsModule {
  constructor(exchanges: HttpExchanges, sockets: SocketSessions) {
    exchanges.readers.add(new WsContextReader(sockets));
  }

  /** @throws InvalidOptionsError. */
  static forRoot(options: UsersWebSocketsOptions): DynamicModule {
    return { module: UsersWebSocketsModule, providers: [{ provide: WebSocketsSettings, useValue: resolveWebSocketsOptions(options) }] };
  }
}
