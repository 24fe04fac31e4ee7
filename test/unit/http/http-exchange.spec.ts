import { describe, expect, it } from '@jest/globals';
import { FrameworkClientAddress } from '../../../lib/http/framework-client-address.js';
import { requireJson } from '../../../lib/http/json-body.js';
import { NotJsonError } from '../../../lib/http/http.errors.js';
import { captureLog } from '../notifications/captured-log.js';
import { exchangeWith } from './exchange.js';

describe('an exchange', () => {
  it('counts headers as they were sent, not as Node shows them', () => {
    const exchange = exchangeWith([
      ['Host', 'a'],
      ['host', 'b'],
    ]);
    expect(exchange.header('host')).toBe('a');
    expect(exchange.count('host')).toBe(2);
  });

  it('adds to Vary what the host has not written yet', () => {
    const exchange = exchangeWith([]);
    exchange.answer.set('Vary', 'Origin, cookie');
    exchange.vary('Cookie, Authorization');
    exchange.vary('Cookie, Authorization');
    expect(exchange.answer.get('Vary')).toBe('Origin, cookie, Authorization');
  });

  it('reads own parameters only', () => expect(exchangeWith([], { params: { id: '1' } }).param('constructor')).toBeUndefined());

  it('cuts a long user agent', () => expect(exchangeWith([['User-Agent', 'x'.repeat(9_000)]]).source.userAgent).toHaveLength(512));
});

describe('a body', () => {
  const check = (...headers: [string, string][]) => requireJson((name) => exchangeWith(headers).header(name));

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json ;charset=utf-8'])(
    'may be %s',
    (type) => expect(() => check(['Content-Type', type], ['Content-Length', '2'])).not.toThrow(),
  );

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json+x',
    'text/json',
    'application/jsonp',
    'text/plain, application/json',
    '',
  ])('must not be %j', (type) => {
    expect(() => check(['Content-Type', type], ['Content-Length', '2'])).toThrow(NotJsonError);
    expect(() => check(['Content-Type', type], ['Transfer-Encoding', 'chunked'])).toThrow(NotJsonError);
  });

  it('must say what it is', () => expect(() => check(['Content-Length', '2'])).toThrow(NotJsonError));

  it.each([
    [[]],
    [[['Content-Type', 'text/plain']]],
    [
      [
        ['Content-Type', 'text/plain'],
        ['Content-Length', '0'],
      ],
    ],
  ] as [[string, string][]][])('need not be there: %j', (headers) => expect(() => check(...headers)).not.toThrow());
});

describe('the client address', () => {
  const of = (request: object) => new FrameworkClientAddress().of(request);

  it('is what the framework says', () => expect(of({ ip: '198.51.100.4', socket: { remoteAddress: '10.0.0.1' } })).toBe('198.51.100.4'));

  it.each(['a', '', 'unknown', '_hidden', '1.2.3.4:80', 'x'.repeat(10_000), null, 7])(
    'is the socket’s where a trusted proxy passed on %j [B-48]',
    (ip) => expect(of({ ip, socket: { remoteAddress: '::1' } })).toBe('::1'),
  );

  it('has no zone', () => expect(of({ ip: 'fe80::1%eth0' })).toBe('fe80::1'));
  it('is IPv4 where a dual-stack socket shows it as IPv6', () => expect(of({ ip: '::ffff:192.0.2.7' })).toBe('192.0.2.7'));
  it('may be unknown', () => expect(of({})).toBeNull());
  it('is told once to be a proxy’s that nobody trusts, and never where one is', () => {
    const log = captureLog();
    const address = new FrameworkClientAddress();
    const forwarded = { headers: { 'x-forwarded-for': '1.1.1.1' }, socket: { remoteAddress: '::ffff:10.0.0.1' } };
    expect(address.of({ ...forwarded, ip: '1.1.1.1' })).toBe('1.1.1.1');
    address.of({ ip: '10.0.0.1', headers: {}, socket: forwarded.socket });
    expect(log).toEqual([]);
    for (let times = 0; times < 3; times += 1) expect(address.of({ ...forwarded, ip: '::ffff:10.0.0.1' })).toBe('10.0.0.1');
    expect(log).toEqual([expect.stringContaining('trust proxy')]);
  });
  it('is not read from a header [B-46]', () =>
    expect(of({ ip: '192.0.2.1', headers: { 'x-forwarded-for': '1.1.1.1', forwarded: 'for=1.1.1.1', 'x-real-ip': '1.1.1.1' } })).toBe(
      '192.0.2.1',
    ));
});
