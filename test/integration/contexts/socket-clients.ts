import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';

export interface Handshake {
  readonly headers?: Readonly<Record<string, string>>;
  /** socket.io's `auth`. */
  readonly auth?: Readonly<Record<string, unknown>>;
  readonly query?: string;
}

/** A client of a gateway, the same for both kinds of sockets. */
export interface SocketClient {
  /** The code by which the handshake was refused, or `null` for an open socket. */
  readonly refused: string | null;
  /** The answer to a message: what the handler returned, or the exception's body. */
  ask(event: string, data?: unknown): Promise<any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what a stranger's program would
  /** Everything that came without being asked for. */
  readonly pushed: unknown[];
  isOpen(): boolean;
  /** How the socket was closed: the code of a plain socket, the reason of socket.io. */
  closed(): Promise<number | string>;
  close(): void;
}

const open: SocketClient[] = [];

/** Closes what the tests of a file left open. */
export function closeAll(): void {
  for (const client of open.splice(0)) client.close();
}

async function within<T>(task: Promise<T>, what: string): Promise<T> {
  const late = wait(4_000, undefined, { ref: false }).then(() => {
    throw new Error(`Nothing came: ${what}`);
  });
  return Promise.race([task, late]);
}

export async function socketIo(url: string, { headers = {}, auth = {}, query = '' }: Handshake = {}): Promise<SocketClient> {
  const socket: Socket = io(`${url}${query}`, {
    transports: ['websocket'],
    extraHeaders: { ...headers },
    auth: { ...auth },
    reconnection: false,
    forceNew: true,
  });
  const closed = new Promise<string>((resolve) => {
    socket.once('disconnect', resolve);
    // Closed before it was open: only the connection underneath hears of it.
    socket.io.once('close', () => setImmediate(() => resolve('connection closed')));
  });
  const refused = await within(
    new Promise<string | null>((resolve) => {
      socket.once('connect', () => resolve(null));
      socket.once('connect_error', (error) => resolve(error.message));
      socket.io.once('close', () => setImmediate(() => resolve('closed')));
    }),
    'a connection of socket.io',
  );
  const pushed: unknown[] = [];
  socket.on('news', (data) => pushed.push(data));
  const client: SocketClient = {
    refused,
    pushed,
    ask: (event, data) =>
      within(
        new Promise((resolve) => {
          socket.once('exception', resolve);
          socket.once('answer', resolve);
          socket.emit(event, data);
        }),
        `an answer to ${event}`,
      ),
    isOpen: () => socket.connected,
    closed: () => within(closed, 'a disconnection'),
    close: () => void socket.close(),
  };
  if (refused === null) open.push(client);
  return client;
}

export async function plainWs(url: string, { headers = {}, query = '' }: Handshake = {}): Promise<SocketClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${/\d$/.test(url) ? '/' : ''}${query}`, { headers });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  const refused = await within(
    new Promise<string | null>((resolve) => {
      socket.once('open', () => resolve(null));
      socket.on('error', () => undefined);
      socket.once('unexpected-response', (_request, response) => {
        void json(response).then((body) => resolve((body as { code: string }).code));
      });
    }),
    'a connection of ws',
  );
  const [waiting, pushed]: [((data: unknown) => void)[], unknown[]] = [[], []];
  socket.on('message', (text) => {
    const { event, data } = JSON.parse((text as Buffer).toString('utf8')) as { event: string; data: unknown };
    if (event === 'news') pushed.push(data);
    else for (const resolve of waiting.splice(0)) resolve(data);
  });
  const client: SocketClient = {
    refused,
    pushed,
    ask: (event, data) =>
      within(
        new Promise((resolve) => {
          waiting.push(resolve);
          socket.send(JSON.stringify({ event, data }));
        }),
        `an answer to ${event}`,
      ),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    closed: () => within(closed, 'a close'),
    close: () => socket.terminate(),
  };
  if (refused === null) open.push(client);
  return client;
}
