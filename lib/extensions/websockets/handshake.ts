import type { IncomingMessage } from 'node:http';
import type { CallFace } from '../../extend.js';

type HandshakeRequest = CallFace['request'];

/** The part of a socket.io handshake that is read. Never its `query`: addresses are logged. */
export interface SocketIoHandshake {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the client gave as `auth`; any JSON. */
  readonly auth?: unknown;
}

/** How the request that opened a socket is read: its headers, and whether it came over TLS. */
export function handshakeOf(request: IncomingMessage): HandshakeRequest {
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true;
  const face = {
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    protocol: isEncrypted ? 'https' : 'http',
    socket: request.socket,
  };
  return face;
}

/**
 * The same for socket.io, where a client may give the token as `auth.token`: browsers cannot set headers on a WebSocket. It counts as an
 * `Authorization` header; beside another one, neither is believed.
 */
export function socketIoHandshakeOf(request: IncomingMessage, { auth }: SocketIoHandshake): HandshakeRequest {
  const read = handshakeOf(request);
  const token = tokenIn(auth);
  if (token === undefined || token === null) return read;
  const authorization = typeof token === 'string' ? `Bearer ${token}` : 'unreadable';
  return {
    ...read,
    headers: { ...read.headers, authorization },
    rawHeaders: [...(read.rawHeaders ?? []), 'authorization', authorization],
  };
}

/** A socket's handshake is a GET that any page may start with our cookie, and then it speaks: it is never safe. */
export function faceOfHandshake(request: HandshakeRequest): CallFace {
  return { request, response: null, isSafe: false, unit: {}, keeper: {}, isLasting: true };
}

function tokenIn(auth: unknown): unknown {
  return typeof auth === 'object' && auth !== null && Object.hasOwn(auth, 'token') ? (auth as { token?: unknown }).token : undefined;
}
