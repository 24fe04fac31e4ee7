import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, type INestApplication, Post, UseGuards } from '@nestjs/common';
import { CurrentUser, SessionGuard } from 'nestjs-users';
import { NotesClient, SignedOut, TryLater } from '../../docs/snippets/mobile-client.js';
import type * as NextProxy from '../../docs/snippets/next-proxy.js';
import type * as NextSession from '../../docs/snippets/next-session.js';
import { api, type ApiError, takeToken } from '../../docs/snippets/spa-client.js';
import { letFrontEndsIn, usersOptions } from '../../docs/snippets/spa-server.js';
import { FRAMEWORKS, HostApp, type HostOptions, PASSWORD } from '../support/host-app.js';

@Controller('notes')
@UseGuards(SessionGuard)
class NotesController {
  @Get() mine(@CurrentUser() user: CurrentUser) {
    return { of: user.username };
  }
  @Post() add(@CurrentUser() user: CurrentUser) {
    return { by: user.username };
  }
}

const realFetch = globalThis.fetch;
let host: HostApp | undefined;
let front: Server | undefined;
afterEach(async () => {
  globalThis.fetch = realFetch;
  front?.closeAllConnections();
  front?.close();
  await host?.close();
  [host, front] = [undefined, undefined];
});

async function start(options: HostOptions): Promise<HostApp> {
  host = await HostApp.start({ routes: true, controllers: [NotesController], ...options });
  await host.user('ann');
  return host;
}

/**
 * What a browser does for a page of another origin (Fetch standard, 3.2 and 4.8): it says who asks, asks first where a plain form could
 * not have sent the request, keeps cookies of its own, and shows the page an answer only where the server lets it.
 */
class Browser {
  readonly preflights: string[] = [];
  private readonly cookies = new Map<string, string>();

  constructor(
    private readonly server: string,
    private readonly origin: string,
    private readonly site: 'same-site' | 'cross-site' = 'same-site',
  ) {}

  readonly fetch: typeof fetch = async (input, init = {}) => {
    const { pathname, search } = new URL(input as string);
    const url = this.server + pathname + search;
    const headers = new Headers(init.headers);
    const asksFirst = !['GET', 'HEAD', 'POST'].includes(init.method ?? 'GET') || headers.has('content-type');
    if (asksFirst) await this.preflight(url, init.method ?? 'GET');
    headers.set('origin', this.origin);
    headers.set('sec-fetch-site', this.site);
    const kept = [...this.cookies].map(([name, value]) => `${name}=${value}`);
    if (kept.length > 0 && init.credentials === 'include') headers.set('cookie', kept.join('; '));
    const answer = await realFetch(url, { ...init, headers });
    this.mayShow(answer);
    for (const line of init.credentials === 'include' ? answer.headers.getSetCookie() : []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.cookies.set(name, value);
    }
    return answer;
  };

  private async preflight(url: string, method: string): Promise<void> {
    this.preflights.push(method);
    const asked = { origin: this.origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' };
    const answer = await realFetch(url, { method: 'OPTIONS', headers: asked });
    this.mayShow(answer);
    const listed = (name: string): string[] => (answer.headers.get(name) ?? '').toLowerCase().split(/, */);
    if (!answer.ok || !listed('access-control-allow-methods').includes(method.toLowerCase())) throw new TypeError('Failed to fetch');
    if (!listed('access-control-allow-headers').includes('content-type')) throw new TypeError('Failed to fetch');
  }

  private mayShow({ headers }: Response): void {
    const isAllowed =
      headers.get('access-control-allow-origin') === this.origin && headers.get('access-control-allow-credentials') === 'true';
    if (!isAllowed) throw new TypeError('Failed to fetch');
  }
}

describe.each(FRAMEWORKS)('docs/guides/spa-on-another-origin.md on %s', (listen) => {
  const spa = () => start({ ...usersOptions, listen, configure: letFrontEndsIn });

  it('its client signs in, acts, sees errors with their code, and signs out', async () => {
    const { url } = await spa();
    const browser = new Browser(url, 'https://app.notes.example');
    globalThis.fetch = browser.fetch;
    await expect(api('GET', '/notes')).rejects.toMatchObject({ status: 401, code: 'USERS_UNAUTHENTICATED' });
    await api('POST', '/auth/login', { login: 'ann', password: PASSWORD });
    expect(await api('GET', '/notes')).toEqual({ of: 'ann' });
    expect(await api('POST', '/notes')).toEqual({ by: 'ann' });
    expect(await api('PATCH', '/auth/me', { displayName: 'Ann' })).toMatchObject({ user: { displayName: 'Ann' } });
    await api('DELETE', '/auth/sessions');
    expect(browser.preflights).toEqual(['POST', 'PATCH', 'DELETE']);
    await api('POST', '/auth/logout');
    await expect(api('GET', '/notes')).rejects.toMatchObject({ status: 401 });
  });

  it('its client learns how long to wait', async () => {
    const { url } = await spa();
    globalThis.fetch = new Browser(url, 'https://app.notes.example').fetch;
    const tries = Array.from({ length: 6 }, () =>
      api('POST', '/auth/login', { login: 'ann', password: 'wrong' }).catch((error: unknown) => error),
    );
    const errors = (await Promise.all(tries)) as ApiError[];
    expect(errors.find(({ status }) => status === 429)).toMatchObject({ code: 'USERS_TOO_MANY_REQUESTS', retryAfter: 30 });
  });

  it.each(['https://evil.example', 'https://evil.notes.example', 'https://app.notes.example.evil.example'])(
    'a page of %s reads nothing and changes nothing',
    async (origin) => {
      const { url, sessions } = await spa();
      globalThis.fetch = new Browser(url, origin, 'cross-site').fetch;
      await expect(api('POST', '/auth/login', { login: 'ann', password: PASSWORD })).rejects.toThrow('Failed to fetch');
      await expect(api('GET', '/auth/session')).rejects.toThrow('Failed to fetch');
      expect((await sessions.list({})).items).toEqual([]);
      // Without a preflight, as a form would: the cross-site rule refuses it.
      const form = await realFetch(`${url}/auth/logout`, {
        method: 'POST',
        headers: { origin, 'sec-fetch-site': 'cross-site', cookie: 'session=x' },
      });
      expect(form.status).toBe(403);
    },
  );

  it('its client takes the token of a mailed link out of the address bar', () => {
    const visited: string[] = [];
    const page = {
      location: { hash: '#token=a.b-c_d', pathname: '/reset' },
      history: { replaceState: (_: null, __: string, url: string) => void visited.push(url) },
    };
    expect([takeToken(page), visited]).toEqual(['a.b-c_d', ['/reset']]);
  });
});

describe.each(FRAMEWORKS)('docs/guides/mobile-bearer.md on %s', (listen) => {
  async function phone() {
    const app = await start({ listen });
    let kept: string | null = null;
    const store = { read: async () => kept, write: async (token: string | null) => void (kept = token) };
    return { app, client: new NotesClient(app.url, store, "Ann's Pixel"), token: () => kept };
  }

  it('its client signs in without a cookie, shows in the list of devices under its name, and signs out', async () => {
    const { app, client, token } = await phone();
    await client.signIn('ann', PASSWORD);
    expect(await client.send('GET', '/notes')).toEqual({ of: 'ann' });
    expect(await client.send('POST', '/notes')).toEqual({ by: 'ann' });
    const { items } = await client.send<{ items: { device: string }[] }>('GET', '/auth/sessions');
    expect(items).toMatchObject([{ device: "Ann's Pixel" }]);
    await client.signOut();
    expect(token()).toBeNull();
    expect((await app.sessions.list({})).items).toEqual([]);
  });

  it('its client drops a token that was ended elsewhere, and no other time', async () => {
    const { app, client, token } = await phone();
    await expect(client.signIn('ann', 'wrong')).rejects.toThrow(SignedOut);
    await client.signIn('ann', PASSWORD);
    await expect(client.send('POST', '/auth/email/change', { email: 'x@example.org', password: 'wrong' })).rejects.toThrow(
      'USERS_WRONG_PASSWORD',
    );
    expect(token()).not.toBeNull();
    const { id } = await app.users.findOrFail({ username: 'ann' });
    await app.sessions.endAll({ userId: id });
    await expect(client.send('GET', '/notes')).rejects.toThrow(SignedOut);
    expect(token()).toBeNull();
  });

  it('its client keeps the token while the server cannot answer', async () => {
    const { app, client, token } = await phone();
    await client.signIn('ann', PASSWORD);
    await app.dataSource.destroy();
    await expect(client.send('GET', '/notes')).rejects.toThrow(TryLater);
    expect(token()).not.toBeNull();
    await app.dataSource.initialize();
  });
});

describe.each(FRAMEWORKS)('docs/guides/nextjs-in-front.md on %s', (listen) => {
  /** A server that gives its handlers web requests, as Next does, before the Nest app. */
  async function inFront(): Promise<{ app: HostApp; url: string; currentUser: typeof NextSession.currentUser }> {
    const app = await start({
      listen,
      mail: { baseUrl: 'https://notes.example' },
      fastify: { trustProxy: '127.0.0.1' },
      configure: trustOneProxy,
    });
    process.env['API_URL'] = app.url;
    // The query makes each import a module of its own, which reads the variable anew.
    const { GET } = (await import(`../../docs/snippets/next-proxy.js?${app.url}`)) as typeof NextProxy;
    const { currentUser } = (await import(`../../docs/snippets/next-session.js?${app.url}`)) as typeof NextSession;
    front = createServer((request, response) => void answer(GET, request, response));
    await new Promise<void>((resolve) => void front!.listen(0, '127.0.0.1', resolve));
    return { app, url: `http://127.0.0.1:${(front.address() as AddressInfo).port}`, currentUser };
  }

  async function answer(
    handler: (request: Request) => Promise<Response>,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const headers = new Headers();
    for (let at = 0; at < request.rawHeaders.length; at += 2) headers.append(request.rawHeaders[at]!, request.rawHeaders[at + 1]!);
    const hasBody = !['GET', 'HEAD'].includes(request.method!);
    const url = `https://notes.example${request.url!}`;
    const told = await handler(new Request(url, { method: request.method!, headers, ...(hasBody && { body: Buffer.concat(chunks) }) }));
    response.writeHead(told.status, [...told.headers].flat());
    response.end(Buffer.from(await told.arrayBuffer()));
  }

  const page = { origin: 'https://notes.example', 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
  const login = (url: string, headers = {}) =>
    fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { ...page, ...headers },
      body: JSON.stringify({ login: 'ann', password: PASSWORD }),
    });

  it('a page signs in through Next; the page and the server part of it know who asks', async () => {
    const { app, url, currentUser } = await inFront();
    const signedIn = await login(url, { 'x-forwarded-for': '198.51.100.9' });
    expect(signedIn.status).toBe(200);
    const cookie = signedIn.headers.getSetCookie()[0]!.split(';')[0]!;
    const notes = await fetch(`${url}/api/notes?x=1`, { headers: { cookie, 'sec-fetch-site': 'same-origin' } });
    expect([notes.status, await notes.json()]).toEqual([200, { of: 'ann' }]);
    expect(await currentUser(cookie)).toMatchObject({ username: 'ann', isAdmin: false });
    const { items } = await app.sessions.list({});
    expect(items[0]!.ip).toBe('198.51.100.9');
    const out = await fetch(`${url}/api/auth/logout`, { method: 'POST', headers: { ...page, cookie } });
    expect(out.status).toBe(204);
    expect(await currentUser(cookie)).toBeNull();
    expect(await currentUser(null)).toBeNull();
  });

  it("another site's page gets nowhere, also through Next", async () => {
    const { url } = await inFront();
    expect((await login(url, { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it('a database that is down signs nobody out', async () => {
    const { app, url, currentUser } = await inFront();
    const cookie = (await login(url)).headers.getSetCookie()[0]!.split(';')[0]!;
    await app.dataSource.destroy();
    const notes = await fetch(`${url}/api/notes`, { headers: { cookie } });
    expect([notes.status, notes.headers.get('retry-after')]).toEqual([503, expect.any(String)]);
    await expect(currentUser(cookie)).rejects.toThrow('503');
    await app.dataSource.initialize();
  });
});

/** As the guide says; Fastify takes the option at its creation. */
function trustOneProxy(app: INestApplication): void {
  const adapter = app.getHttpAdapter();
  if (adapter.getType() === 'express')
    (adapter.getInstance() as { set(name: string, value: unknown): void }).set('trust proxy', '127.0.0.1');
}
