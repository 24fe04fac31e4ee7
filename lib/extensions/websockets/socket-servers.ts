import type { IncomingMessage } from 'node:http';
import { UnavailableError, UsersError } from '../../index.js';
import type { SocketIoClient, WsClient } from './sockets.js';

/** What we use of socket.io's server, or of one of its namespaces. */
export interface SocketIoServer {
  use(middleware: (client: SocketIoClient, next: (error?: Error) => void) => void): unknown;
}

type Verdict = (isWelcome: boolean, status?: number, body?: string, headers?: Record<string, string>) => void;
interface UpgradeFacts {
  readonly req: IncomingMessage;
}
type VerifyNow = (facts: UpgradeFacts) => boolean;
type VerifyLater = (facts: UpgradeFacts, done: Verdict) => void;
type VerifyClient = VerifyNow | VerifyLater;

/** What we use of the server of `ws`. */
export interface WsServer {
  readonly options: { verifyClient?: VerifyClient | null };
  on(event: 'connection', listener: (client: WsClient, request: IncomingMessage) => void): unknown;
}

export function isSocketIoServer(server: unknown): server is SocketIoServer {
  return typeof server === 'object' && server !== null && 'use' in server && typeof server.use === 'function' && 'sockets' in server;
}

export function isWsServer(server: unknown): server is WsServer {
  return (
    typeof server === 'object' && server !== null && 'handleUpgrade' in server && 'options' in server && typeof server.options === 'object'
  );
}

/** Lets nobody connect to socket.io whom `admit` refuses; its `connect_error` has our code as message and our body as `data`. */
export function guardSocketIo(server: SocketIoServer, admit: (client: SocketIoClient) => Promise<void>): void {
  server.use((client, next) => {
    admit(client).then(
      () => next(),
      (error: unknown) => {
        const refusal = usersErrorOf(error);
        next(Object.assign(new Error(refusal.code), { data: refusal.getResponse() }));
      },
    );
  });
}

/** Answers the upgrade request of everybody whom `admit` refuses with our status and body, before there is a socket. */
export function guardWs(server: WsServer, admit: (request: IncomingMessage) => Promise<(client: WsClient) => void>): void {
  const admitted = new WeakMap<IncomingMessage, (client: WsClient) => void>();
  const hosts = server.options.verifyClient ?? null;
  // Nest hands the gateway a server that is made already, but asks it for this at each upgrade.
  server.options.verifyClient = (facts: UpgradeFacts, done: Verdict): void => {
    admit(facts.req).then(
      (adopt) => {
        admitted.set(facts.req, adopt);
        askHost(hosts, facts, done);
      },
      (error: unknown) => {
        const refusal = usersErrorOf(error);
        done(false, refusal.getStatus(), JSON.stringify(refusal.getResponse()), { 'Content-Type': 'application/json' });
      },
    );
  };
  server.on('connection', (client, request) => {
    const adopt = admitted.get(request);
    if (adopt === undefined) client.terminate();
    else adopt(client);
  });
}

function askHost(hosts: VerifyClient | null, facts: UpgradeFacts, done: Verdict): void {
  if (hosts === null) done(true);
  // As `ws` itself tells the two forms apart.
  else if (hosts.length === 2) hosts(facts, done);
  else done((hosts as VerifyNow)(facts));
}

function usersErrorOf(error: unknown): UsersError {
  return error instanceof UsersError ? error : new UnavailableError(error);
}
