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
  send(text: string): unknown;
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

/** Sends what Nest calls an exception. Nest 11 does not: on a socket of `ws` it emits an event that only this process hears. */
export function sendException(client: SocketClient, body: unknown): void {
  if (isSocketIo(client)) client.emit('exception', body);
  else client.send(JSON.stringify({ event: 'exception', data: body }));
}

/** Closes one socket and says why: on socket.io an `exception` and a disconnection of this socket alone, otherwise code 4401. */
export function closeSocket(client: SocketClient): void {
  const body = new InvalidSessionError('not_found').getResponse();
  if (!isSocketIo(client)) {
    client.close(SESSION_ENDED, 'USERS_UNAUTHENTICATED');
    setTimeout(() => client.terminate(), PATIENCE).unref();
  } else if (client.connected) {
    sendException(client, body);
    client.disconnect();
  } else {
    // Between the handshake and the connection `disconnect()` does nothing.
    client.conn.close();
  }
}
