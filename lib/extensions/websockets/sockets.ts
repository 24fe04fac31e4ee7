import type { IncomingMessage } from 'node:http';
import { InvalidSessionError } from '../../index.js';
import type { SocketIoHandshake } from './handshake.js';

/** The close code of a plain WebSocket whose session has ended: in the range for applications, after HTTP's 401. */
const SESSION_ENDED = 4401;
/** How long a client may take to answer the close, in milliseconds: until then its messages still come in. */
const PATIENCE = 1_000;

/** What we use of a socket.io socket. */
export interface SocketIoClient {
  readonly handshake: SocketIoHandshake;
  readonly request: IncomingMessage;
  readonly connected: boolean;
  readonly conn: { once(event: 'close', listener: () => void): unknown; close(): unknown };
  once(event: 'disconnect', listener: () => void): unknown;
  emit(event: string, payload: unknown): unknown;
  disconnect(close?: boolean): unknown;
}

/** What we use of a socket of `ws`. */
export interface WsClient {
  readonly readyState: number;
  once(event: 'close', listener: () => void): unknown;
  close(code: number, reason: string): unknown;
  terminate(): unknown;
}

export type SocketClient = SocketIoClient | WsClient;

export function isSocketIo(client: object): client is SocketIoClient {
  return 'handshake' in client && 'conn' in client;
}

/** Calls `gone` when the socket is, also if it never came so far as to be open. */
export function whenGone(client: SocketClient, gone: () => void): void {
  if (!isSocketIo(client)) return void client.once('close', gone);
  client.once('disconnect', gone);
  client.conn.once('close', gone);
}

/** Closes one socket and says why: on socket.io an `exception` and a disconnection of this socket alone, otherwise code 4401. */
export function closeSocket(client: SocketClient): void {
  const body = new InvalidSessionError('not_found').getResponse();
  if (!isSocketIo(client)) {
    client.close(SESSION_ENDED, 'USERS_UNAUTHENTICATED');
    setTimeout(() => client.terminate(), PATIENCE).unref();
  } else if (client.connected) {
    client.emit('exception', body);
    client.disconnect();
  } else {
    // Between the handshake and the connection `disconnect()` does nothing.
    client.conn.close();
  }
}
