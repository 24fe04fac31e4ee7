export { SessionGateway, type SessionGatewayOptions } from './session-gateway.decorator.js';
export { SocketSessions } from './socket-sessions.js';
export { UsersWebSocketsModule } from './users-web-sockets.module.js';
export type { UsersWebSocketsOptions } from './web-sockets.options.js';
