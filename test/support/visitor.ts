import { type HostApp, PASSWORD } from './host-app.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.js';

export type Transport = 'cookie' | 'bearer';

/** Somebody at the other end of the wire: a browser with its cookies, or a program with its token. */
export class Visitor {
  token: string | undefined;

  private constructor(
    readonly client: HttpClient,
    readonly transport: Transport,
  ) {}

  static of(host: HostApp, transport: Transport = 'cookie'): Visitor {
    return new Visitor(host.client(), transport);
  }

  /** Signed in over HTTP, with the usual password unless told otherwise. */
  static async signedIn(
    host: HostApp,
    login: string,
    { transport = 'cookie', password = PASSWORD }: { transport?: Transport; password?: string } = {},
  ): Promise<Visitor> {
    const visitor = Visitor.of(host, transport);
    const { status, text, body } = await visitor.send('POST', '/auth/login', { login, password, transport });
    if (status !== 200) throw new Error(`${login} cannot sign in: ${status} ${text}`);
    visitor.token = body.token as string | undefined;
    return visitor;
  }

  async send(method: string, path: string, body?: unknown, request: HttpRequest = {}): Promise<HttpAnswer> {
    const answer = await this.client.send(method, path, {
      ...(this.token !== undefined && { token: this.token }),
      ...request,
      ...(body !== undefined && { body }),
    });
    const { body: said } = answer;
    if (this.token !== undefined && typeof said?.token === 'string') this.token = said.token;
    return answer;
  }

  /** Whether the next request is let in. */
  async isSignedIn(): Promise<boolean> {
    return (await this.send('GET', '/auth/me')).status === 200;
  }
}
