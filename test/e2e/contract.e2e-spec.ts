import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linkIn } from '../support/first-admin-link.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { named, OWN_ROUTES } from '../support/own-routes.js';
import { startInProduction } from '../support/production.js';
import { sendRaw } from '../support/raw-http.js';
import { type Transport, Visitor } from '../support/visitor.js';

const NEW_PASSWORD = 'a wholly different sentence';
const USER = [
  'createdAt',
  'displayName',
  'email',
  'emailConfirmedAt',
  'id',
  'isAdmin',
  'lastLoginAt',
  'mustChangePassword',
  'profile',
  'status',
  'updatedAt',
  'username',
];
const SESSION_WITHOUT_ACTOR = [
  'createdAt',
  'data',
  'device',
  'expiresAt',
  'id',
  'ip',
  'kind',
  'lastSeenAt',
  'needs[]',
  'recentUntil',
  'userAgent',
];
const SESSION = ['actor', ...SESSION_WITHOUT_ACTOR];
const ACTING_SESSION = ['actor.id', 'actor.name', 'actor.reason', ...SESSION_WITHOUT_ACTOR];
const API_KEY = ['createdAt', 'expiresAt', 'id', 'lastUsedAt', 'name', 'rate', 'scopes[]', 'start', 'userId', 'usesLeft'];
const under = (name: string, names: readonly string[]): string[] => names.map((one) => `${name}.${one}`);
const user = under('user', USER);
const session = under('session', SESSION);
/** As an administrator sees him. */
const USER_FOR_ADMIN = [...USER, 'isService', 'permissions[]', 'roles[]'];
const userForAdmin = under('user', USER_FOR_ADMIN);
const token = (transport: Transport): string[] => (transport === 'bearer' ? ['token'] : []);

/** The names in an answer, with dots; what a host or a person fills freely is not looked into. */
function namesIn(value: unknown, before = ''): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [`${before}[]`] : namesIn(value[0], `${before}[]`);
  if (typeof value !== 'object' || value === null || /\b(profile|data)$/.test(before)) return [before];
  return Object.entries(value).flatMap(([name, inner]) => namesIn(inner, before === '' ? name : `${before}.${name}`));
}

/** What there is before a request. */
interface Scene {
  readonly host: HostApp;
  readonly transport: Transport;
  /** A user name that nobody else has. */
  readonly name: string;
  readonly me: Visitor;
  /** The user whom an administrator looks at. */
  readonly otherId: string;
}

interface Line {
  readonly route: string;
  readonly title?: string;
  readonly status: number;
  readonly names?: (transport: Transport) => string[];
  readonly cookie?: 'sets' | 'clears';
  readonly send: (scene: Scene) => Promise<HttpAnswer>;
}

const by = (method: string, path: string, body?: unknown) => (scene: Scene) =>
  scene.me.send(method, path.replace(':other', scene.otherId), body);
const sessionsOf = async ({ me }: Scene): Promise<{ id: string; current: boolean }[]> =>
  (await me.send('GET', '/auth/sessions')).body.items;

/** http-api.md, line by line. */
const LINES: readonly Line[] = [
  {
    route: 'POST /auth/register',
    title: 'with an address',
    status: 202,
    send: ({ host, name }) => host.client().post('/auth/register', { email: `new-${name}@example.org`, password: PASSWORD }),
  },
  {
    route: 'POST /auth/register',
    title: 'with a user name alone',
    status: 201,
    names: () => user,
    send: ({ host, name }) => host.client().post('/auth/register', { username: `new-${name}`, password: PASSWORD }),
  },
  {
    route: 'POST /auth/login',
    status: 200,
    names: (transport) => [...user, ...session, ...token(transport)],
    cookie: 'sets',
    send: ({ host, name, transport }) => host.client().post('/auth/login', { username: name, password: PASSWORD, transport }),
  },
  { route: 'POST /auth/logout', status: 204, cookie: 'clears', send: by('POST', '/auth/logout') },
  {
    route: 'GET /auth/session',
    title: 'with a session',
    status: 200,
    names: () => [...user, ...session, 'roles[]', 'permissions[]'],
    send: by('GET', '/auth/session'),
  },
  {
    route: 'GET /auth/session',
    title: 'without a session',
    status: 200,
    names: () => ['user', 'session'],
    send: ({ host }) => host.client().get('/auth/session'),
  },
  { route: 'GET /auth/me', status: 200, names: () => [...user, ...session, 'roles[]', 'permissions[]'], send: by('GET', '/auth/me') },
  {
    route: 'GET /auth/me/export',
    status: 200,
    names: () => [
      ...[...user, 'exportedAt', 'roles[]', 'permissions[]', 'passwordChangedAt', 'identities[]', 'links[]'],
      ...session.map((name) => name.replace(/^session\b/, 'sessions[]')),
      ...['sessions[].userId', 'sessions[].authenticatedAt'],
    ],
    send: by('GET', '/auth/me/export'),
  },
  {
    route: 'GET /auth/me/credentials',
    status: 200,
    names: () => ['passwordChangedAt', 'emailChange.email', 'emailChange.expiresAt'],
    send: async ({ me, name }) => {
      await me.send('POST', '/auth/email/change', { email: `next-${name}@example.org`, password: PASSWORD });
      return me.send('GET', '/auth/me/credentials');
    },
  },
  {
    route: 'PATCH /auth/me',
    status: 200,
    names: () => user,
    send: by('PATCH', '/auth/me', { displayName: 'Ann B.', profile: { likes: ['tea'] } }),
  },
  {
    route: 'POST /auth/username',
    status: 200,
    names: () => user,
    send: ({ me, name }) => me.send('POST', '/auth/username', { username: `${name}-2` }),
  },
  { route: 'POST /auth/me/delete', status: 204, cookie: 'clears', send: by('POST', '/auth/me/delete', { password: PASSWORD }) },
  {
    route: 'POST /auth/reauthenticate',
    status: 200,
    cookie: 'sets',
    names: (transport) => [...session, ...token(transport)],
    send: by('POST', '/auth/reauthenticate', { password: PASSWORD }),
  },
  { route: 'GET /auth/sessions', status: 200, names: () => under('items[]', [...SESSION, 'current']), send: by('GET', '/auth/sessions') },
  {
    route: 'DELETE /auth/sessions/:id',
    status: 204,
    send: async (scene) => {
      await Visitor.signedIn(scene.host, scene.name);
      const other = (await sessionsOf(scene)).find(({ current }) => !current);
      return scene.me.send('DELETE', `/auth/sessions/${other?.id}`);
    },
  },
  { route: 'DELETE /auth/sessions', status: 200, names: () => ['ended'], send: by('DELETE', '/auth/sessions') },
  {
    route: 'POST /auth/email/confirm/request',
    status: 202,
    send: ({ host }) => host.client().post('/auth/email/confirm/request', { email: 'nobody@example.org' }),
  },
  {
    route: 'POST /auth/email/confirm',
    title: 'twice',
    status: 200,
    names: () => user,
    send: async ({ host, name }) => {
      await host.client().post('/auth/register', { email: `more-${name}@example.org`, password: PASSWORD });
      await host.settled();
      const { token: mailed } = host.inbox.last('confirm-email', `more-${name}@example.org`);
      expect((await host.client().post('/auth/email/confirm', { token: mailed })).status).toBe(200);
      return host.client().post('/auth/email/confirm', { token: mailed });
    },
  },
  {
    route: 'POST /auth/email/change',
    status: 202,
    send: ({ me, name }) => me.send('POST', '/auth/email/change', { email: `next-${name}@example.org`, password: PASSWORD }),
  },
  { route: 'DELETE /auth/email/change', status: 204, send: by('DELETE', '/auth/email/change') },
  {
    route: 'POST /auth/password/change',
    status: 204,
    send: by('POST', '/auth/password/change', { oldPassword: PASSWORD, newPassword: NEW_PASSWORD }),
  },
  {
    route: 'POST /auth/password/set',
    status: 204,
    send: async ({ host, name }) => {
      await host.user(`must-${name}`, { mustChangePassword: true });
      const newcomer = await Visitor.signedIn(host, `must-${name}`);
      return newcomer.send('POST', '/auth/password/set', { newPassword: NEW_PASSWORD });
    },
  },
  {
    route: 'POST /auth/password/reset/request',
    status: 202,
    send: ({ host, name }) => host.client().post('/auth/password/reset/request', { login: name }),
  },
  {
    route: 'POST /auth/password/reset/confirm',
    status: 204,
    send: async ({ host, name }) => {
      const { token: issued } = await host.resets.issue({ username: name });
      return host.client().post('/auth/password/reset/confirm', { token: issued, newPassword: NEW_PASSWORD });
    },
  },
  {
    route: 'GET /auth/social',
    status: 200,
    names: () => under('items[]', ['provider', 'subject', 'email', 'linkedAt', 'lastUsedAt']),
    send: async ({ host, me, name }) => {
      await host.users.linkSocial({ username: name }, { provider: 'google', subject: name }, { allowUnproven: true });
      return me.send('GET', '/auth/social');
    },
  },
  {
    route: 'DELETE /auth/social/:id',
    status: 204,
    send: async ({ host, me, name }) => {
      await host.users.linkSocial({ username: name }, { provider: 'github', subject: name }, { allowUnproven: true });
      return me.send('DELETE', '/auth/social/github');
    },
  },
  { route: 'GET /auth/api-keys', status: 200, names: () => ['items[]'], send: by('GET', '/auth/api-keys') },
  {
    route: 'POST /auth/api-keys',
    status: 201,
    names: () => ['key', ...under('apiKey', API_KEY)],
    send: by('POST', '/auth/api-keys', { name: 'nightly', scopes: ['notes'] }),
  },
  {
    route: 'DELETE /auth/api-keys/:id',
    status: 204,
    send: async ({ host, me, name }) => {
      const { apiKey } = await host.sessions.createApiKey({ username: name }, { name: 'old' });
      return me.send('DELETE', `/auth/api-keys/${apiKey.id}`);
    },
  },
  {
    route: 'POST /auth/impersonation/stop',
    status: 200,
    names: (transport) => [...user, ...session, ...token(transport)],
    cookie: 'sets',
    send: async ({ me, otherId }) => {
      await me.send('POST', `/admin/users/${otherId}/impersonate`, { reason: 'ticket 4711' });
      return me.send('POST', '/auth/impersonation/stop');
    },
  },
  {
    route: 'POST /auth/first-admin',
    status: 201,
    names: () => user,
    send: async () => {
      const fresh = await HostApp.start({ listen: 'express', routes: true });
      const answer = await fresh.client().post('/auth/first-admin', { token: await linkIn(fresh), username: 'root', password: PASSWORD });
      await fresh.close();
      return answer;
    },
  },
  {
    route: 'POST /auth/invitations/accept',
    status: 200,
    names: () => user,
    send: async ({ host, name }) => {
      const email = `guest-${name}@example.org`;
      await host.users.invite({ email });
      await host.settled();
      const { token: mailed } = host.inbox.last('invitation', email);
      return host.client().post('/auth/invitations/accept', { token: mailed, password: PASSWORD, username: `guest-${name}` });
    },
  },
  { route: 'GET /admin/me', status: 200, names: () => ['can[]'], send: by('GET', '/admin/me') },
  { route: 'GET /admin/fields', status: 200, names: () => ['[]'], send: by('GET', '/admin/fields') },
  {
    route: 'GET /admin/users',
    status: 200,
    names: () => [...under('items[]', USER_FOR_ADMIN), 'next'],
    send: by('GET', '/admin/users?limit=2'),
  },
  {
    route: 'POST /admin/users',
    status: 201,
    names: () => userForAdmin,
    send: ({ me, name }) => me.send('POST', '/admin/users', { username: `made-${name}`, password: NEW_PASSWORD }),
  },
  {
    route: 'GET /admin/users/:id',
    status: 200,
    names: () => [...userForAdmin, 'counts.sessions', 'counts.apiKeys', 'ban'],
    send: by('GET', '/admin/users/:other'),
  },
  {
    route: 'PATCH /admin/users/:id',
    status: 200,
    names: () => userForAdmin,
    send: by('PATCH', '/admin/users/:other', { displayName: 'Other' }),
  },
  { route: 'DELETE /admin/users/:id', status: 204, send: by('DELETE', '/admin/users/:other') },
  { route: 'POST /admin/users/:id/activate', status: 200, names: () => userForAdmin, send: by('POST', '/admin/users/:other/activate') },
  {
    route: 'POST /admin/users/:id/ban',
    status: 200,
    names: () => userForAdmin,
    send: by('POST', '/admin/users/:other/ban', { reason: 'spam' }),
  },
  { route: 'POST /admin/users/:id/unban', status: 200, names: () => userForAdmin, send: by('POST', '/admin/users/:other/unban') },
  { route: 'POST /admin/users/:id/deactivate', status: 200, names: () => userForAdmin, send: by('POST', '/admin/users/:other/deactivate') },
  {
    route: 'POST /admin/users/:id/end-sessions',
    status: 200,
    names: () => ['ended'],
    send: by('POST', '/admin/users/:other/end-sessions'),
  },
  { route: 'POST /admin/users/:id/send-reset', status: 200, names: () => userForAdmin, send: by('POST', '/admin/users/:other/send-reset') },
  {
    route: 'POST /admin/users/:id/confirm-email',
    status: 200,
    names: () => userForAdmin,
    send: by('POST', '/admin/users/:other/confirm-email'),
  },
  {
    route: 'POST /admin/users/:id/impersonate',
    status: 200,
    names: (transport) => [...user, ...under('session', ACTING_SESSION), ...token(transport)],
    cookie: 'sets',
    send: by('POST', '/admin/users/:other/impersonate', { reason: 'ticket 4711' }),
  },
  {
    route: 'PUT /admin/users/:id/admin',
    status: 200,
    names: () => userForAdmin,
    send: by('PUT', '/admin/users/:other/admin', { admin: true }),
  },
  { route: 'PUT /admin/users/:id/password', status: 204, send: by('PUT', '/admin/users/:other/password', { newPassword: NEW_PASSWORD }) },
  {
    route: 'PUT /admin/users/:id/permissions',
    status: 200,
    names: () => userForAdmin,
    send: by('PUT', '/admin/users/:other/permissions', { permissions: ['users.read'] }),
  },
  {
    route: 'PUT /admin/users/:id/roles',
    status: 200,
    names: () => userForAdmin,
    send: by('PUT', '/admin/users/:other/roles', { roles: ['editor'] }),
  },
  {
    route: 'POST /admin/invitations',
    status: 201,
    names: () => [...userForAdmin, 'expiresAt'],
    send: ({ me, name }) => me.send('POST', '/admin/invitations', { email: `invited-${name}@example.org` }),
  },
  {
    route: 'GET /admin/sessions',
    status: 200,
    names: () => [...under('items[]', [...SESSION, 'userId']), 'next'],
    // One user's: with a clock that stands, which of all is the newest is anybody's guess.
    send: async ({ host, me, otherId }) => {
      await host.sessions.open(otherId);
      return me.send('GET', `/admin/sessions?state=live&limit=1&userId=${otherId}`);
    },
  },
  {
    route: 'DELETE /admin/sessions/:id',
    status: 204,
    send: async ({ host, me, otherId }) => {
      const opened = await host.sessions.open(otherId);
      return me.send('DELETE', `/admin/sessions/${opened.session.id}`);
    },
  },
  { route: 'DELETE /admin/sessions', status: 200, names: () => ['ended'], send: by('DELETE', '/admin/sessions?userId=:other') },
  { route: 'GET /admin/blackout', status: 200, names: () => ['at'], send: by('GET', '/admin/blackout') },
  {
    route: 'PUT /admin/blackout',
    status: 200,
    names: () => ['at', 'endsYours'],
    send: by('PUT', '/admin/blackout', { at: '2020-01-01T00:00:00Z' }),
  },
  { route: 'DELETE /admin/blackout', status: 200, names: () => ['at'], send: by('DELETE', '/admin/blackout') },
];

/** What every answer of our routes says about itself, a refusal too. */
function expectOwnHeaders({ headers, text }: HttpAnswer): void {
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('vary')?.split(/, */)).toEqual(expect.arrayContaining(['Cookie', 'Authorization']));
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
  expect(headers.get('access-control-allow-origin')).toBeNull();
  if (text !== '') expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
}

/** `Set-Cookie`, taken apart: the value by its length alone. */
function cookieOf({ headers }: HttpAnswer): { name: string; value: string; attributes: string[] } {
  const [line = '', ...more] = headers.getSetCookie();
  // A log-in also says by which name the browser is known again.
  expect(more.filter((other) => !/^(?:__Host-)?device=/.test(other))).toEqual([]);
  const [pair = '', ...attributes] = line.split('; ');
  return { name: pair.slice(0, pair.indexOf('=')), value: pair.slice(pair.indexOf('=') + 1), attributes };
}

let visitors = 0;

for (const framework of FRAMEWORKS) {
  describe(`The routes on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS });
      await host.user('keeper', { isAdmin: true });
    });
    afterAll(() => host.close());

    async function scene(transport: Transport): Promise<Scene> {
      visitors += 1;
      const name = `ann${visitors}`;
      await host.user(name, { isAdmin: true });
      const { id: otherId } = await host.user(`other${visitors}`);
      return { host, transport, name, otherId, me: await Visitor.signedIn(host, name, { transport }) };
    }

    it('are all in this table', () => {
      expect([...new Set(LINES.map(({ route }) => route))]).toEqual(OWN_ROUTES.map(named));
    });

    for (const transport of ['cookie', 'bearer'] as const) {
      it.each(LINES.map((line) => [`${line.route}${line.title === undefined ? '' : ` ${line.title}`}`, line] as const))(
        `[4.16][B-81] %s answers as agreed, by ${transport}`,
        async (_, line) => {
          const answer = await line.send(await scene(transport));
          expect([answer.status, answer.text]).toEqual([line.status, expect.anything()]);
          const expected = line.names?.(transport);
          if (expected !== undefined) expect(namesIn(answer.body).sort()).toEqual([...expected].sort());
          else expect(['', '{}']).toContain(answer.text);
          expectOwnHeaders(answer);
          const cookies = line.cookie === undefined || transport === 'bearer' ? 0 : 1;
          const given = answer.headers.getSetCookie().filter((one) => !one.startsWith('device='));
          expect(given).toHaveLength(cookies);
          if (line.cookie === 'clears' && transport === 'cookie')
            expect(cookieOf(answer)).toMatchObject({ value: '', attributes: expect.arrayContaining(['Max-Age=0']) });
          expect(answer.text).not.toMatch(/hash|secret|\$test\$/i);
        },
      );
    }

    it.each(OWN_ROUTES.map((route) => [named(route), route] as const))(
      '%s has our headers when it refuses [B-81]',
      async (_, { method, path }) => {
        const answer = await host.client().send(method, path.replace(':id', 'x'), { headers: { 'sec-fetch-site': 'cross-site' } });
        if (path !== '/auth/session') expect(answer.body.code).toMatch(/^USERS_(CROSS_SITE|UNAUTHENTICATED)$/);
        expectOwnHeaders(answer);
      },
    );

    it('a user is shown by name, with dates in UTC', async () => {
      const { me, name } = await scene('bearer');
      const { body } = await me.send('GET', '/auth/me');
      expect(body.user).toMatchObject({
        username: name,
        email: `${name}@example.org`,
        status: 'active',
        isAdmin: true,
        displayName: null,
        profile: null,
      });
      for (const date of ['createdAt', 'updatedAt', 'lastLoginAt', 'emailConfirmedAt'])
        expect(body.user[date]).toBe('2026-11-03T09:12:00.000Z');
      expect(body).toMatchObject({
        roles: ['admin'],
        permissions: ['admin'],
        session: { kind: 'session', needs: [], actor: null, data: null, ip: '127.0.0.1' },
      });
    });

    it('the cookie in development over http has no Secure, and lives as long as the browser', async () => {
      const { host: app, name } = await scene('cookie');
      const answer = await app.client().post('/auth/login', { login: name, password: PASSWORD });
      const { value, ...cookie } = cookieOf(answer);
      expect(value).toMatch(/^[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/);
      expect(cookie).toEqual({ name: 'session', attributes: ['Path=/', 'HttpOnly', 'SameSite=Lax'] });
      expect(answer.text).not.toContain(value.slice(37));
    });

    it('the cookie that is remembered lives until the absolute end, and is not renewed', async () => {
      const { host: app, name } = await scene('cookie');
      const client = app.client();
      expect(cookieOf(await client.post('/auth/login', { login: name, password: PASSWORD, remember: true })).attributes).toEqual([
        'Max-Age=2592000',
        'Path=/',
        'HttpOnly',
        'SameSite=Lax',
      ]);
      for (const path of ['/auth/me', '/auth/session', '/auth/sessions'])
        expect((await client.get(path)).headers.getSetCookie()).toEqual([]);
    });

    it('reauthentication keeps the cookie as long as it was to live [B-70]', async () => {
      const { host: app, name } = await scene('cookie');
      const client = app.client();
      const before = cookieOf(await client.post('/auth/login', { login: name, password: PASSWORD, remember: true }));
      const after = cookieOf(await client.post('/auth/reauthenticate', { password: PASSWORD }));
      expect(after.value).not.toBe(before.value);
      expect(after.attributes).toEqual(['Max-Age=2592000', 'Path=/', 'HttpOnly', 'SameSite=Lax']);
      expect((await app.client().get('/auth/me', { headers: { cookie: `session=${before.value}` } })).status).toBe(401);
      expect((await client.get('/auth/me')).status).toBe(200);
    });

    it.each(['cookie', 'bearer'] as const)('a session that came along to a log-in ends there, by %s [B-68]', async (transport) => {
      const { me, name, host: app } = await scene(transport);
      const { body: before } = await me.send('GET', '/auth/me');
      const old = me.token ?? me.client.cookies.get('session') ?? '';
      const answer = await me.send('POST', '/auth/login', { login: name, password: PASSWORD, transport });
      expect(answer.status).toBe(200);
      expect(answer.body.session.id).not.toBe(before.session.id);
      expect((await app.client().get('/auth/me', { token: old })).status).toBe(401);
      expect(await me.isSignedIn()).toBe(true);
    });

    it('a token that was never issued is not taken over [B-68]', async () => {
      const { host: app, name } = await scene('cookie');
      const made = `0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}`;
      const client = app.client();
      client.cookies.set('session', made);
      expect((await client.get('/auth/me')).status).toBe(401);
      await client.post('/auth/login', { login: name, password: PASSWORD });
      expect(client.cookies.get('session')).toMatch(/^[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/);
      expect(client.cookies.get('session')).not.toBe(made);
    });

    it.each(
      OWN_ROUTES.filter(({ method, fields }) => method === 'POST' && fields === undefined).map((route) => [named(route), route] as const),
    )('%s needs no body, whatever it says of it', async (_, { path }) => {
      for (const headers of [{}, { 'content-type': 'application/json' }, { 'content-type': 'text/plain' }] as Record<string, string>[]) {
        const { me, otherId } = await scene('bearer');
        expect([200, 204]).toContain((await me.send('POST', path.replace(':id', otherId), undefined, { headers })).status);
      }
    });

    it('a route that needs a body says what is missing in an empty one', async () => {
      const { me, otherId } = await scene('bearer');
      for (const { method, path } of OWN_ROUTES.filter((route) => route.fields !== undefined)) {
        for (const headers of [{}, { 'content-type': 'application/json' }] as Record<string, string>[]) {
          const { status, body } = await me.send(method, path.replace(':id', otherId), undefined, { headers });
          // A change that names no field changes nothing; who is signed in may leave out his own address.
          const expected = {
            PATCH: [200, undefined],
            POST:
              path === '/admin/users/:id/ban'
                ? [200, undefined]
                : path === '/auth/email/confirm/request'
                  ? [202, undefined]
                  : [400, 'USERS_INVALID_INPUT'],
          }[method as 'PATCH'];
          expect([path, status, body.code]).toEqual([path, ...(expected ?? [400, 'USERS_INVALID_INPUT'])]);
        }
      }
    });

    it('a POST that gives no length has no body', async () => {
      const { me } = await scene('bearer');
      const headers = [`Authorization: Bearer ${me.token}`, 'Content-Type: application/json'];
      expect((await sendRaw(host.url, { method: 'POST', path: '/auth/logout', headers })).status).toBe(204);
      expect(await me.isSignedIn()).toBe(false);
    });

    it('HEAD and OPTIONS are guarded and change nothing [B-90]', async () => {
      const { me } = await scene('bearer');
      expect((await host.client().send('HEAD', '/auth/me')).status).toBe(401);
      expect(await me.send('HEAD', '/auth/me')).toMatchObject({ status: 200, text: '' });
      for (const { path } of OWN_ROUTES) {
        for (const method of ['HEAD', 'OPTIONS']) await me.send(method, path.replace(':id', 'x'));
      }
      expect(await me.isSignedIn()).toBe(true);
    });

    it('no odd path, method or override goes round the guard [B-90][B-92]', async () => {
      const paths = [
        '/auth/me/',
        '//auth/me',
        '/auth//me',
        '/AUTH/ME',
        '/auth/%6de',
        '/auth/./me',
        '/auth/../auth/me',
        '/auth/me;a=b',
        '/auth/me?x=1',
        '/auth/me%20',
        '/auth/me.json',
        '/auth/me%2f',
        '/auth\\me',
      ];
      for (const path of paths) expect([400, 401, 404]).toContain((await sendRaw(host.url, { path })).status);
      for (const method of ['PUT', 'DELETE', 'TRACE', 'SEARCH', 'get'])
        expect([400, 401, 404, 405]).toContain((await sendRaw(host.url, { method, path: '/auth/me' })).status);
      const { me } = await scene('bearer');
      const answer = await me.send('GET', '/auth/sessions?_method=DELETE', undefined, {
        headers: { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' },
      });
      expect(answer.body.items).toHaveLength(1);
    });

    it('another user’s session is not there, and a session that never was is not either [B-84]', async () => {
      const [{ me }, { me: other }] = [await scene('bearer'), await scene('bearer')];
      const theirs = (await other.send('GET', '/auth/me')).body.session.id as string;
      const answers = [
        await me.send('DELETE', `/auth/sessions/${theirs}`),
        await me.send('DELETE', '/auth/sessions/0190a6e0-0000-7000-8000-000000000000'),
      ];
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
        [404, 'USERS_NOT_FOUND'],
        [404, 'USERS_NOT_FOUND'],
      ]);
      expect(answers[0]?.text).toBe(answers[1]?.text);
      expect(await other.isSignedIn()).toBe(true);
    });

    it('every route that is not for everybody asks who it is [W13][W27]', async () => {
      for (const { method, path, entrance } of OWN_ROUTES) {
        if (entrance === 'public' || entrance === 'optional') continue;
        for (const token of [undefined, 'nonsense', `0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}`]) {
          const { status, body } = await host.client().send(method, path.replace(':id', 'x'), token === undefined ? {} : { token });
          expect([method, path, status, body.code]).toEqual([method, path, 401, 'USERS_UNAUTHENTICATED']);
        }
      }
    });

    it('a log-in names its user once, in one of three ways [4.1]', async () => {
      const { name } = await scene('bearer');
      const email = `${name}@example.org`;
      for (const one of [{ login: name }, { login: email }, { username: name }, { email }, { login: ` ${name.toUpperCase()}\t` }]) {
        expect((await host.client().post('/auth/login', { ...one, password: PASSWORD })).status).toBe(200);
      }
      for (const none of [{}, { login: name, email }, { login: name, username: name }, { email, username: name }]) {
        const { status, body } = await host.client().post('/auth/login', { ...none, password: PASSWORD });
        expect([status, body.code]).toEqual([400, 'USERS_INVALID_INPUT']);
      }
      for (const wrong of [{ username: email }, { email: name }]) {
        expect([400, 401]).toContain((await host.client().post('/auth/login', { ...wrong, password: PASSWORD })).status);
      }
    });

    it('the last administrator stays one', async () => {
      const alone = await HostApp.start({ listen: framework, routes: true });
      try {
        const { id } = await alone.user('root', { isAdmin: true });
        const root = await Visitor.signedIn(alone, 'root');
        const answers = [
          await root.send('PUT', `/admin/users/${id}/admin`, { admin: false }),
          await root.send('POST', `/admin/users/${id}/deactivate`),
          await root.send('POST', `/admin/users/${id}/ban`),
          await root.send('DELETE', `/admin/users/${id}`),
          await root.send('POST', '/auth/me/delete', { password: PASSWORD }),
        ];
        expect(answers.map(({ status, body }) => [status, body.code])).toEqual(Array(5).fill([409, 'USERS_LAST_ADMIN']));
        expect(await root.isSignedIn()).toBe(true);
      } finally {
        await alone.close();
      }
    });

    it('who is no administrator is refused on every route of the administration, and nobody is anybody [B-130]', async () => {
      await host.user(`plain-${framework}`);
      const plain = await Visitor.signedIn(host, `plain-${framework}`);
      for (const { method, path, entrance } of OWN_ROUTES) {
        if (entrance !== 'admin') continue;
        const answers = [await plain.send(method, path.replace(':id', 'x')), await host.client().send(method, path.replace(':id', 'x'))];
        expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
          [403, 'USERS_FORBIDDEN'],
          [401, 'USERS_UNAUTHENTICATED'],
        ]);
      }
    });

    it('a session that needs a new password can do that, sign out and be asked about, and nothing else', async () => {
      await host.user(`must-${framework}`, { mustChangePassword: true, isAdmin: true });
      const visitor = await Visitor.signedIn(host, `must-${framework}`);
      for (const { method, path, entrance } of OWN_ROUTES) {
        if (entrance === 'public' || entrance === 'optional' || path === '/auth/password/set') continue;
        const { status, body } = await visitor.send(method, path.replace(':id', 'x'));
        expect([path, status, body.code]).toEqual([path, 403, 'USERS_STEP_NEEDED']);
      }
      expect((await visitor.send('GET', '/auth/session')).body.session.needs).toEqual(['new-password']);
      expect((await visitor.send('POST', '/auth/password/set', { newPassword: NEW_PASSWORD })).status).toBe(204);
      expect(await visitor.isSignedIn()).toBe(true);
    });

    it('a registration that needs no confirmation opens a session where `signIn` is on', async () => {
      const open = await HostApp.start({ listen: framework, routes: true, registration: { signIn: true } });
      try {
        for (const transport of ['cookie', 'bearer'] as const) {
          const answer = await open.client().post('/auth/register', { username: `new-${transport}`, password: PASSWORD, transport });
          expect(namesIn(answer.body).sort()).toEqual([...user, ...session, ...token(transport)].sort());
          const given = answer.headers.getSetCookie().filter((one) => !one.startsWith('device='));
          expect(given).toHaveLength(transport === 'cookie' ? 1 : 0);
        }
      } finally {
        await open.close();
      }
    });
  });

  describe(`The cookie in production on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      host = await startInProduction({ listen: framework, routes: true, limits: NO_LIMITS, mail: { baseUrl: 'https://app.example.com' } });
      await host.user();
    });
    afterAll(() => host.close());

    const ATTRIBUTES = ['Path=/', 'HttpOnly', 'Secure', 'SameSite=Lax'];

    it('is __Host-, Secure, HttpOnly, Lax, for the whole path and for no other host', async () => {
      const client = host.client();
      expect(cookieOf(await client.post('/auth/login', { login: 'ann', password: PASSWORD }))).toMatchObject({
        name: '__Host-session',
        attributes: ATTRIBUTES,
      });
      expect((await client.get('/auth/me')).status).toBe(200);
      expect(cookieOf(await client.post('/auth/login', { login: 'ann', password: PASSWORD, remember: true })).attributes).toEqual([
        'Max-Age=2592000',
        ...ATTRIBUTES,
      ]);
    });

    it('is cleared with the same attributes', async () => {
      const client = host.client();
      await client.post('/auth/login', { login: 'ann', password: PASSWORD });
      expect(cookieOf(await client.post('/auth/logout'))).toEqual({
        name: '__Host-session',
        value: '',
        attributes: ['Max-Age=0', ...ATTRIBUTES],
      });
    });

    it('counts under no other name [B-114]', async () => {
      const { token: good } = await host.sessions.open({ username: 'ann' });
      for (const name of [
        'session',
        '__host-session',
        '__HOST-session',
        '__Secure-session',
        'Host-session',
        '=__Host-session',
        ' __Host-session2',
      ]) {
        expect((await host.client().get('/auth/me', { headers: { cookie: `${name}=${good}` } })).status).toBe(401);
      }
      expect((await host.client().get('/auth/me', { headers: { cookie: `a=b; __Host-session=${good}; c=d` } })).status).toBe(200);
    });

    it('does not help a page on this machine, whatever it says [B-113]', async () => {
      const client = host.client();
      await client.post('/auth/login', { login: 'ann', password: PASSWORD });
      for (const origin of [
        'http://localhost:5173',
        'http://127.0.0.1',
        host.url,
        'http://app.example.com',
        'https://app.example.com:8443',
      ]) {
        const { status, body } = await client.post('/auth/logout', undefined, { headers: { 'sec-fetch-site': 'cross-site', origin } });
        expect([status, body.code]).toEqual([403, 'USERS_CROSS_SITE']);
      }
    });
  });
}
