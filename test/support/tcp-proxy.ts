import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { DatabaseOptions } from './database.js';

/** A proxy between a test and a server that can do what networks do: be slow, be cut, hang, reset. */
export class TcpProxy {
  /** Milliseconds that each piece of data waits on its way to the server. */
  latency = 0;
  private mode: 'open' | 'cut' | 'hung' = 'open';
  private readonly sockets = new Set<Socket>();
  private readonly server: Server;

  private constructor(private readonly target: { host: string; port: number }) {
    this.server = createServer((client) => this.accept(client));
  }

  /** @param target where the server really listens. */
  static async before(target: { host: string; port: number }): Promise<TcpProxy> {
    const proxy = new TcpProxy(target);
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The server is gone: what is open is reset, what comes is reset. */
  cut(): void {
    this.mode = 'cut';
    this.reset();
  }

  /** Half-open: everything is accepted and nothing answered, on old connections as on new ones. */
  hang(): void {
    this.mode = 'hung';
  }

  /** Resets what is open; new connections are served as before. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
    this.sockets.clear();
  }

  heal(): void {
    this.mode = 'open';
    this.latency = 0;
  }

  async close(): Promise<void> {
    this.reset();
    this.server.close();
    await once(this.server, 'close');
  }

  private accept(client: Socket): void {
    this.keep(client);
    if (this.mode === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const server = this.keep(connect(this.target.port, this.target.host));
    this.pipe(client, server);
    this.pipe(server, client);
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
    return socket;
  }

  private pipe(from: Socket, to: Socket): void {
    from.on('data', (data) => {
      if (this.mode === 'hung') return;
      if (this.latency === 0) to.write(data);
      else setTimeout(() => to.write(data), this.latency);
    });
    from.on('end', () => to.end());
    from.on('close', () => to.destroy());
  }
}

/** The same connection, but through the proxy. */
export function throughProxy(options: DatabaseOptions, port: number): DatabaseOptions {
  if (options.type === 'better-sqlite3') return options;
  if (options.type !== 'postgres') return { ...options, host: '127.0.0.1', port };
  const url = new URL(options.url ?? '');
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { ...options, url: url.href };
}
