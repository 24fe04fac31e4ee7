import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WITH_CUSTOMERS } from '../support/customer.entity.js';
import { dumpOf } from '../support/database-dump.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer, HttpRequest } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import {
  type BodyField,
  type FieldKind,
  named,
  OWN_ROUTES,
  type OwnRoute,
  ROUTES_WITH_BODY,
  type RouteWithBody,
  UNSAFE_ROUTES,
} from '../support/own-routes.js';
import { configureStrictly, takeLargeBodies } from '../support/strict-host.js';

/** As JSON texts, since that is what comes over the wire: some of them no object literal can spell. */
const NEVER_TEXT = { number: '7', boolean: 'true', array: '["a"]', object: '{"$gt":""}', 'nested object': '{"a":{"b":{"c":[1]}}}' };
const BROKEN_TEXT = { null: 'null', 'the empty text': '""', NUL: '"a\\u0000bcdefgh"', 'a lone surrogate': '"abcdefgh\\ud800"' };
const PROTOTYPES = { __proto__: '{"__proto__":{"isAdmin":true}}', constructor: '{"constructor":{"prototype":{"isAdmin":true}}}' };
const MEGABYTE = { 'a megabyte': JSON.stringify('x'.repeat(1024 * 1024)) };
const LINES = {
  'CR LF': '"ann\\r\\nBcc: eve@example.org"',
  'a line separator': '"ann\\u2028eve"',
  'CR LF at its end': '"zed@example.org\\r\\n"',
};

const NO_TEXT = { ...NEVER_TEXT, ...BROKEN_TEXT, ...PROTOTYPES, ...MEGABYTE };
const NO_NAME = { ...NO_TEXT, ...LINES };
const without = (values: Record<string, string>, ...names: string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

/** What each kind of field must refuse. */
const BAD: Readonly<Record<FieldKind, Record<string, string>>> = {
  identifier: NO_NAME,
  username: NO_NAME,
  email: { ...NO_NAME, 'no address': '"ann"', 'two addresses': '"ann@example.org,eve@example.org"' },
  name: NO_NAME,
  password: NO_TEXT,
  token: { ...NO_NAME, 'no token': '"0190a6e0"', 'a token that never was': `"0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}"` },
  // A host's free text may be empty: that is how a person empties it.
  text: without(NO_TEXT, 'the empty text'),
  json: {
    ...PROTOTYPES,
    ...MEGABYTE,
    NUL: '{"a":"\\u0000"}',
    'a lone surrogate': '["\\ud800"]',
    'a NUL in a key': '{"\\u0000":1}',
    depth: `${'['.repeat(40)}${']'.repeat(40)}`,
  },
  flag: without({ ...NO_TEXT, 'a text': '"true"' }, 'boolean'),
  choice: { ...NO_TEXT, 'another word': '"header"' },
  instant: { ...NO_TEXT, 'no time': '"tomorrow"', 'a time without a zone': '"2099-01-01T00:00"', 'an absurd time': '9e15' },
  list: {
    ...without(NO_TEXT, 'array'),
    'a space': '["a b"]',
    admin: '["admin"]',
    'NUL in it': '["a\\u0000"]',
    'too many': JSON.stringify(Array(101).fill('a')),
  },
  names: { ...without(NO_TEXT, 'array'), 'a space': '["a b"]', 'too many': JSON.stringify(Array(101).fill('a')) },
};

const USUAL: Readonly<Record<FieldKind, unknown>> = {
  identifier: 'zoe',
  username: 'zoe',
  email: 'zoe@example.org',
  password: PASSWORD,
  token: `0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}`,
  name: 'Zoe',
  text: 'ACME',
  json: { a: 1 },
  flag: true,
  choice: 'bearer',
  instant: '2099-01-01T00:00:00Z',
  list: ['note:read'],
  names: ['note:read'],
};

const isAllOptional = ({ fields }: RouteWithBody): boolean => Object.values(fields).every(({ isOptional }) => isOptional === true);

interface BadBody {
  readonly what: string;
  readonly text: string;
}

function badBodies({ fields }: RouteWithBody, name: string, field: BodyField): BadBody[] {
  const others = Object.entries(fields)
    .filter(([other, { isOptional }]) => other !== name && isOptional !== true)
    .map(([other, { kind }]) => `${JSON.stringify(other)}:${JSON.stringify(USUAL[kind])}`);
  const bad = field.takesNull === true ? without(BAD[field.kind], 'null') : BAD[field.kind];
  const bodies = Object.entries(bad).map(([what, value]) => ({
    what,
    text: `{${[...others, `${JSON.stringify(name)}:${value}`].join(',')}}`,
  }));
  return field.isOptional === true ? bodies : [...bodies, { what: 'nothing', text: `{${others.join(',')}}` }];
}

/** Bodies that are none, whatever the route. */
const NO_BODIES: Readonly<Record<string, string>> = {
  'broken JSON': '{"login":',
  'half a string': '{"login":"ann',
  'a list': '[{"login":"ann"}]',
  'a text': '"login"',
  null: 'null',
  'a number': '7',
  'prototype keys alone': '{"__proto__":{"login":"ann","password":"correct horse battery"},"constructor":{"prototype":{"token":"a"}}}',
  'ten thousand levels': `{"login":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
};

const WRONG_TYPES: Readonly<Record<string, string>> = {
  'application/x-www-form-urlencoded':
    'login=ann&password=correct+horse+battery&token=a&newPassword=b&username=c&email=d&oldPassword=e&admin=true',
  'text/plain': '{"login":"ann","password":"correct horse battery"}',
  'multipart/form-data; boundary=x': '--x\r\ncontent-disposition: form-data; name="login"\r\n\r\nann\r\n--x--\r\n',
  'application/xml': '<login>ann</login>',
  'application/json-patch+json': '[]',
  'text/json': '{"login":"ann"}',
};

const ODD_IDS = [
  '0',
  '-1',
  'null',
  'undefined',
  "' OR 1=1--",
  '%00',
  '%F0%9F%92%A9',
  'NaN',
  'a'.repeat(5_000),
  '00000000-0000-0000-0000-000000000000',
  '[object Object]',
  '..%2f..%2fme',
];

const ODD_QUERIES = {
  '/admin/users': [
    ...[
      'limit=-1',
      'limit=0',
      'limit=201',
      'limit=1e9',
      'limit=1.5',
      'limit=0x10',
      'limit=a',
      'limit=1&limit=2',
      'limit[]=1',
      'limit[a]=1',
    ],
    ...['after=a', 'after=%00', 'after=W10', 'after=WyJhIiwiYiJd', 'after=a&after=b', `after=${'a'.repeat(3_000)}`, 'after=bnVsbA'],
    ...[
      'status=root',
      'status=active&status=banned',
      'status[]=active',
      'search=%00',
      'search=a&search=b',
      `search=${'a'.repeat(5_000)}`,
      'prefix[a]=b',
      'isAdmin=maybe',
    ],
  ],
  '/admin/sessions': [
    'state=dead',
    'state=live&state=all',
    'limit=-1',
    'limit=1e9',
    'after=a',
    'after=WyJhIiwiYiJd',
    'userId=a&userId=b',
    'ip=%00',
    `ip=${'1'.repeat(50)}`,
  ],
} as const;

const CODE = /^USERS_[A-Z_]+$/;
/** The answers to what is no good; 414 is the framework's own for an address that is too long. */
const isRefusal = (status: number): boolean => [400, 404, 413, 414, 415].includes(status);

/** Who is signed in may leave out his own address; who lacks nothing needs no new password. */
const SENDERS: Readonly<Record<string, 'nobody' | 'lacking'>> = {
  '/auth/email/confirm/request': 'nobody',
  '/auth/password/set': 'lacking',
};

/** An app with a user of each kind, and what must not change in it. */
class Target {
  private constructor(
    readonly host: HostApp,
    private readonly prefix: string,
    private readonly tokens: Readonly<Record<'admin' | 'lacking' | 'nobody', string | undefined>>,
    private readonly targetId: string,
  ) {}

  static async start(options: Parameters<typeof HostApp.start>[0], prefix = ''): Promise<Target> {
    const host = await HostApp.start({ routes: true, ...WITH_CUSTOMERS, limits: NO_LIMITS, ...options });
    const root = await host.user('root', { isAdmin: true });
    const { id } = await host.user('ann');
    const { token: admin } = await host.sessions.open(root.id);
    const newcomer = await host.user('newcomer', { mustChangePassword: true });
    const { token: lacking } = await host.sessions.open(newcomer.id, { needs: ['new-password'] });
    return new Target(host, prefix, { admin, lacking, nobody: undefined }, id);
  }

  /** As somebody whom the route lets through to where the body is read: an administrator, but for two routes. */
  send(route: Pick<OwnRoute, 'method' | 'path'>, request: HttpRequest): Promise<HttpAnswer> {
    const path = this.prefix + route.path.replace(':id', this.targetId);
    const token = this.tokens[SENDERS[route.path] ?? 'admin'];
    return this.host.client().send(route.method, path, { ...(token !== undefined && { token }), ...request });
  }

  /** What is wrong about how the app took these requests: nothing. */
  async faultsOf(
    requests: readonly { what: string; send: () => Promise<HttpAnswer>; isGood: (answer: HttpAnswer) => boolean }[],
  ): Promise<string[]> {
    const [before, hashes, mails] = [await dumpOf(this.host.dataSource), this.host.hasher.operations, this.host.inbox.notifications.length];
    const faults: string[] = [];
    for (const { what, send, isGood } of requests) {
      const answer = await send();
      if (!isGood(answer)) faults.push(`${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
      if (this.host.hasher.operations !== hashes) faults.push(`${what}: costs a hash`);
      if (faults.length > 5) break;
    }
    await this.host.settled();
    if (JSON.stringify(await dumpOf(this.host.dataSource)) !== JSON.stringify(before)) faults.push('something changed in the database');
    if (this.host.inbox.notifications.length !== mails) faults.push('a mail went out');
    return faults;
  }
}

const HOSTS = [
  { around: 'as it comes', prefix: '', configure: takeLargeBodies },
  {
    around: 'behind a whitelisting pipe, a catch-everything filter, a prefix and versions',
    prefix: '/api/v1',
    configure: (app: Parameters<typeof takeLargeBodies>[0]) => {
      configureStrictly(app);
      takeLargeBodies(app);
    },
  },
] as const;

for (const framework of FRAMEWORKS) {
  for (const { around, prefix, configure } of HOSTS) {
    describe(`Bad input on ${framework}, ${around}`, () => {
      let target: Target;
      beforeAll(async () => {
        target = await Target.start({ listen: framework, configure }, prefix);
      });
      afterAll(() => target.host.close());

      const fields = ROUTES_WITH_BODY.flatMap((route) => Object.entries(route.fields).map(([name, field]) => ({ route, name, field })));
      it.each(fields.map((one) => [`${named(one.route)} ${one.name}`, one] as const))(
        '[B-04][B-105] %s takes nothing but what it is for',
        async (_, { route, name, field }) => {
          const isGood = ({ status, body }: HttpAnswer): boolean =>
            (status === 400 && CODE.test(String(body?.code))) || hostsOwn(status, body);
          const requests = badBodies(route, name, field).map(({ what, text }) => ({
            what,
            isGood,
            send: () => target.send(route, { body: text }),
          }));
          expect(await target.faultsOf(requests)).toEqual([]);
        },
      );

      it.each(ROUTES_WITH_BODY.map((route) => [named(route), route] as const))(
        '[B-60] [W9] %s takes no body that is none, and no other type',
        async (_, route) => {
          const bodies = Object.entries(NO_BODIES)
            // Where no field is needed, a body without one is as good as any.
            .filter(([what]) => !(isAllOptional(route) && ['null', 'prototype keys alone', 'ten thousand levels'].includes(what)))
            .map(([what, body]) => ({
              what,
              isGood: ({ status }: HttpAnswer) => status === 400,
              send: () => target.send(route, { body }),
            }));
          const types = Object.entries(WRONG_TYPES).map(([type, body]) => ({
            what: type,
            isGood: (answer: HttpAnswer) => answer.status === 415 && answer.body.code === 'USERS_NOT_JSON',
            send: () => target.send(route, { body, headers: { 'content-type': type } }),
          }));
          expect(await target.faultsOf([...bodies, ...types])).toEqual([]);
        },
      );

      it.each(OWN_ROUTES.filter(({ path }) => path.includes(':id')).map((route) => [named(route), route] as const))(
        '[B-45] %s knows no id that is none',
        async (_, route) => {
          const isGood = ({ status }: HttpAnswer): boolean => isRefusal(status);
          const body = route.fields === undefined ? {} : { body: { admin: true, newPassword: 'another long password' } };
          const requests = ODD_IDS.map((id) => ({
            what: id,
            isGood,
            send: () => target.send({ ...route, path: route.path.replace(':id', id.includes('%') ? id : encodeURIComponent(id)) }, body),
          }));
          expect(await target.faultsOf(requests)).toEqual([]);
        },
      );

      it.each(Object.entries(ODD_QUERIES))('%s takes no odd query', async (path, queries) => {
        const isGood = ({ status, body }: HttpAnswer): boolean => status === 400 && CODE.test(body.code);
        const isSane = ({ status }: HttpAnswer): boolean => status === 200 || status === 400;
        const requests = queries.map((query) => ({
          what: query,
          // The two frameworks read brackets differently; to one of them they are just another name.
          isGood: query.includes('[') ? isSane : isGood,
          send: () => target.send({ method: 'GET', path: `${path}?${query}` }, {}),
        }));
        expect(await target.faultsOf(requests)).toEqual([]);
      });

      it('DELETE /admin/sessions never means everybody by mistake [B-06]', async () => {
        const queries = [
          '',
          'everyone=',
          'everyone=1',
          'everyone=yes',
          'everyone=false',
          'userId=',
          'userId=a&userId=b',
          'everyone=true&everyone=true',
          'state=live',
          'everyone[]=true',
        ];
        const isGood = ({ status, body }: HttpAnswer): boolean => status === 400 && body.code === 'USERS_INVALID_INPUT';
        const requests = queries.map((query) => ({
          what: query,
          isGood,
          send: () => target.send({ method: 'DELETE', path: `/admin/sessions?${query}` }, {}),
        }));
        expect(await target.faultsOf(requests)).toEqual([]);
      });

      it('hostile headers are no matter: long, many, CR LF in the user agent', async () => {
        const isGood = ({ status }: HttpAnswer): boolean => [200, 400, 401, 431].includes(status);
        const headers: Record<string, string>[] = [
          { 'user-agent': 'x'.repeat(9_000) },
          { 'user-agent': '\u00ff\u0001'.replace('\u0001', '') },
          { cookie: Array.from({ length: 60 }, (_, index) => `c${index}=${'x'.repeat(100)}`).join('; ') },
          { cookie: 'x'.repeat(17_000) },
          { 'x-forwarded-for': ',,,a,, 1.2.3.4%eth0' },
          { 'accept-language': '*'.repeat(3_000) },
        ];
        const requests = headers.map((one) => ({
          what: Object.keys(one)[0] ?? '',
          isGood,
          send: () => target.send({ method: 'GET', path: '/auth/session' }, { headers: one }),
        }));
        expect(await target.faultsOf(requests)).toEqual([]);
      });
    });
  }

  describe(`The host's own parser on ${framework}`, () => {
    let target: Target;
    beforeAll(async () => {
      target = await Target.start({ listen: framework });
    });
    afterAll(() => target.host.close());

    it('refuses what is too large before we see it [B-60]', async () => {
      const body = JSON.stringify({ login: 'ann', password: 'x'.repeat(2 * 1024 * 1024) });
      const requests = UNSAFE_ROUTES.map((route) => ({
        what: named(route),
        isGood: ({ status }: HttpAnswer) => status === 413,
        send: () => target.send(route, { body }),
      }));
      expect(await target.faultsOf(requests)).toEqual([]);
    });
  });
}

/** A key that Fastify's parser refuses by itself (`__proto__`) gets the host's own shape. */
function hostsOwn(status: number, body: { code?: string; message?: string } | undefined): boolean {
  return status === 400 && body?.code?.startsWith('USERS_') !== true && /prototype|not valid JSON/i.test(body?.message ?? '');
}
