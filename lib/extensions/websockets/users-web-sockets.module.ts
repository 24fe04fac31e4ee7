import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { HttpExchanges, RequestAuthenticator } from '../../extend.js';
import { InvalidationBus, UsersEvents } from '../../index.js';
import { SocketSessions } from './socket-sessions.js';
import { isUsual, type SocketSpace, tokenIn } from './socket-space.js';
import { resolveWebSocketsOptions, type UsersWebSocketsOptions, WebSocketsSettings } from './web-sockets.options.js';
import { WsContextReader } from './ws-context-reader.js';

/**
 * Lets our guards and decorators read the messages of gateways, and closes sockets whose session has ended: import it once (once for each user space), and put
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
    const settings = { provide: WebSocketsSettings, useValue: resolveWebSocketsOptions(options) };
    const { space } = options;
    if (space === undefined || isUsual(space)) return { module: UsersWebSocketsModule, providers: [settings] };
    return { module: SpaceWebSocketsModule, providers: [settings, ...partsOf(space)], exports: [SocketSessions.of(space)] };
  }
}

/** The same for a space that is not the usual one: inside, its parts go by the names of their classes. */
@Global()
@Module({ providers: [SocketSessions], exports: [] })
class SpaceWebSocketsModule extends UsersWebSocketsModule {}

function partsOf(space: SocketSpace): Provider[] {
  return [
    { provide: HttpExchanges, useExisting: tokenIn(space, HttpExchanges) },
    { provide: RequestAuthenticator, useExisting: tokenIn(space, RequestAuthenticator) },
    { provide: UsersEvents, useExisting: space.UsersEvents },
    { provide: InvalidationBus, useExisting: tokenIn(space, InvalidationBus) },
    { provide: SocketSessions.of(space), useExisting: SocketSessions },
  ];
}
