import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AppSettings, KillableApp, type ServedApp } from './killable-app.js';

/** Two processes of one app behind a balancer that sends each request to either, as it falls. */
export class TwoNodes implements ServedApp {
  private constructor(
    private readonly nodes: KillableApp[],
    private readonly settings: AppSettings,
    private readonly server: Server,
  ) {}

  static async start(settings: AppSettings): Promise<TwoNodes> {
    const nodes = await Promise.all([KillableApp.load(), KillableApp.load()]);
    await Promise.all(nodes.map((node) => node.start(settings)));
    const server = createServer((asked, answer) => forward(asked, answer, nodes[randomInt(2)] as KillableApp));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TwoNodes(nodes, settings, server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Of each node, past the balancer. */
  get urls(): [string, string] {
    return this.nodes.map(({ url }) => url) as [string, string];
  }

  /** Whichever of them mails it. */
  nextMail(...asked: Parameters<ServedApp['nextMail']>): Promise<string> {
    const mail = Promise.race(this.nodes.map((node) => node.nextMail(...asked)));
    mail.catch(() => undefined);
    return mail;
  }

  /** `kill -9` for one of them, as it falls; another takes its place. */
  async replaceOne(fallen = randomInt(2)): Promise<void> {
    const next = KillableApp.load();
    await this.nodes[fallen]?.kill();
    const node = await next;
    await node.start(this.settings);
    this.nodes[fallen] = node;
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** A node that is gone is no answer at all, as it would be without a balancer. */
function forward(asked: IncomingMessage, answer: ServerResponse, { url }: KillableApp): void {
  const passed = request(`${url}${asked.url ?? ''}`, { method: asked.method, headers: asked.headers, agent: false }, (said) => {
    answer.writeHead(said.statusCode ?? 502, said.headers);
    said.pipe(answer).on('error', () => undefined);
    said.on('error', () => asked.socket.destroy());
  });
  passed.on('error', () => asked.socket.destroy());
  asked.on('error', () => passed.destroy());
  asked.pipe(passed);
}
