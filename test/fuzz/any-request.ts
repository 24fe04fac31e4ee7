import { connect } from 'node:net';
import fc from 'fast-check';
import { OWN_ROUTES, type OwnRoute } from '../support/own-routes.js';

/** A request as bytes, with what it was made of. */
export interface AnyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string;
}

const SOME_ID = '0190a6e0-0000-7000-8000-000000000000';
const SECRET = 'A'.repeat(43);

/** Any byte as the character of its number: sockets write them as latin1. */
const bytes = fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each).toString('latin1'));
/** Those that end no header. */
const lineBytes = bytes.map((text) => text.replace(/[\r\n]/g, ' '));
const tokens = fc.constantFrom(
  `${SOME_ID}.${SECRET}`,
  `${SOME_ID.toUpperCase()}.${SECRET}`,
  `${SOME_ID}.${SECRET}=`,
  `nuk_${SOME_ID}_${SECRET}`,
  `nuk_${SECRET}`,
  'eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.',
  'null',
  '[object Object]',
);
const credential = fc.oneof(tokens, lineBytes);

const header = fc.oneof(
  { weight: 4, arbitrary: credential.map((text) => `Cookie: session=${text}`) },
  { weight: 1, arbitrary: credential.map((text) => `Cookie: session=${text}; session=${text}; __Host-session="${text}"; a=%E0%A4%A`) },
  { weight: 2, arbitrary: lineBytes.map((text) => `Cookie: ${text}`) },
  { weight: 4, arbitrary: credential.map((text) => `Authorization: Bearer ${text}`) },
  { weight: 1, arbitrary: lineBytes.map((text) => `Authorization: ${text}`) },
  { weight: 2, arbitrary: credential.map((text) => `X-Api-Key: ${text}`) },
  { weight: 2, arbitrary: lineBytes.map((text) => `User-Agent: ${text}`) },
  { weight: 2, arbitrary: lineBytes.map((text) => `X-Forwarded-For: ${text}`) },
  { weight: 2, arbitrary: fc.constantFrom('same-origin', 'cross-site', 'none', 'x').map((site) => `Sec-Fetch-Site: ${site}`) },
  { weight: 1, arbitrary: lineBytes.map((text) => `Origin: ${text}`) },
  { weight: 1, arbitrary: lineBytes.map((text) => `Accept-Language: ${text}`) },
  { weight: 1, arbitrary: bytes },
  { weight: 1, arbitrary: fc.tuple(bytes, bytes).map(([name, value]) => `${name}: ${value}`) },
);
const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('Content-Type: application/json') },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('application/json; charset=utf-16', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data')
      .map((type) => `Content-Type: ${type}`),
  },
  { weight: 1, arbitrary: lineBytes.map((text) => `Content-Type: ${text}`) },
);

const AWKWARD: readonly unknown[] = [
  ...[
    '',
    ' ',
    '\u0000',
    'a\u0000b',
    '\ud800',
    'ﷺ'.repeat(40),
    '__proto__',
    'a@b',
    'a@example.org',
    "' OR 1=1 --",
    '%',
    '_',
    '\\',
    '{{7*7}}',
  ],
  ...[`${SOME_ID}.${SECRET}`, SOME_ID, 'x'.repeat(300), 'x'.repeat(20_000), '2026-13-45T99:99:99Z', '2999-01-01T00:00:00Z'],
  ...[0, -1, 1e308, -0.5, 2 ** 53, true, false, null, [], [[]], {}, ['a', null], { $gt: '' }, { toString: 1 }],
];
const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...AWKWARD) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** Bodies that have the route's fields, more or less, and bodies of anything. */
function bodyFor({ fields = {} }: OwnRoute): fc.Arbitrary<string> {
  const known = fc.record(Object.fromEntries(Object.keys(fields).map((name) => [name, value])), { requiredKeys: [] });
  return fc.oneof(
    { weight: 6, arbitrary: known.map((body) => JSON.stringify(body)) },
    {
      weight: 2,
      arbitrary: fc.tuple(known, fc.dictionary(fc.string(), value)).map(([one, other]) => JSON.stringify({ ...other, ...one })),
    },
    { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
    { weight: 1, arbitrary: fc.constantFrom('{"__proto__":{"isAdmin":true}}', '['.repeat(5_000), '{"a":', '\ufeff{}', 'null', '"x"') },
    { weight: 1, arbitrary: bytes },
    { weight: 1, arbitrary: fc.constant('') },
  );
}

const id = fc.oneof(
  fc.constantFrom(SOME_ID, '%00', '%E0%A4%A', '..%2f', '1e0', '-1', 'null', '*', 'me', '%22', "'", 'a'.repeat(3_000)),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => encodeURIComponent(text.toWellFormed())),
  fc.stringMatching(/^[!-~]{1,20}$/),
);
const query = fc.oneof(
  { weight: 4, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom(
          'limit',
          'after',
          'search',
          'prefix',
          'status',
          'userId',
          'everyone',
          'event',
          'token',
          '__proto__',
          'limit[]',
          'a[b][c]',
        ),
        fc.oneof(fc.constantFrom('-1', '1e9', 'NaN', 'true', '%00', '%', 'eyJ9', '[]'), fc.stringMatching(/^[!-~]{0,12}$/)),
      )
      .map(([name, text]) => `?${name}=${text}&${name}=${text}`),
  },
);
const method = fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PROPFIND');

const onRoute = (route: OwnRoute): fc.Arbitrary<AnyRequest> =>
  fc.record({
    method: fc.oneof({ weight: 9, arbitrary: fc.constant(route.method as string) }, { weight: 1, arbitrary: method }),
    path: fc.tuple(id, query).map(([text, rest]) => (route.path.replace(':id', text) + rest).replace(/[^!-~]/g, '')),
    headers: fc
      .tuple(contentType, fc.array(header, { maxLength: 3 }))
      .map(([type, others]) => ['Sec-Fetch-Site: same-origin', type, ...others]),
    body: bodyFor(route),
  });

/** Any request, mostly to the routes that are there. */
export const anyRequest: fc.Arbitrary<AnyRequest> = fc.oneof(
  { weight: 20, arbitrary: fc.oneof(...OWN_ROUTES.map(onRoute)) },
  {
    weight: 1,
    arbitrary: fc.record({
      method,
      path: fc.stringMatching(/^\/[!-~]{0,30}$/),
      headers: fc.array(header, { maxLength: 3 }),
      body: fc.json({ maxDepth: 3 }),
    }),
  },
);

const ANSWER_TIMEOUT = 20_000;

/** @returns the status of the answer: 0 where the line was cut without one, as for what no parser can read. */
export function statusOf(url: string, { method: verb, path, headers, body }: AnyRequest): Promise<number> {
  const { hostname, port } = new URL(url);
  const lines = [
    `${verb} ${path} HTTP/1.1`,
    'Host: a',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(body, 'utf8')}`,
    ...headers,
  ];
  const message = Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body, 'utf8')]);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let said = '';
    socket.setEncoding('latin1');
    socket.setTimeout(ANSWER_TIMEOUT, () => {
      socket.destroy();
      reject(new Error('There was no answer.'));
    });
    socket.on('data', (chunk: string) => (said += chunk));
    // A line that the server has cut may be reset under what we still send.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? 0)));
    socket.write(message);
  });
}
