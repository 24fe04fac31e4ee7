import { describe, expect, it } from '@jest/globals';
import { ApiKeyCarrier } from '../../../lib/http/carriers/api-key.carrier.js';
import { BearerCarrier } from '../../../lib/http/carriers/bearer.carrier.js';
import { Carriers } from '../../../lib/http/carriers/carriers.js';
import { CookieCarrier } from '../../../lib/http/carriers/cookie.carrier.js';
import { type HttpOptions, resolveHttpOptions } from '../../../lib/http/http.options.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { exchangeWith } from './exchange.js';

function carriersOf(options: HttpOptions = {}, isProduction = true): { carriers: Carriers; cookie: CookieCarrier } {
  const settings = resolveHttpOptions(options, new Issues(), { isProduction });
  const cookie = new CookieCarrier(settings);
  return { carriers: new Carriers(new BearerCarrier(), new ApiKeyCarrier(), cookie, settings), cookie };
}

describe('the credential of a request', () => {
  const { carriers } = carriersOf();
  const read = (...headers: [string, string][]) => carriers.read(exchangeWith(headers));

  it('is the bearer token', () =>
    expect(read(['Authorization', 'Bearer a.b-c_d'])).toMatchObject({ is: 'token', token: 'a.b-c_d', carrier: 'bearer' }));

  it('may name the scheme in any case (RFC 9110)', () =>
    expect(read(['authorization', 'bearer abc'])).toMatchObject({ is: 'token', token: 'abc' }));

  it('is the cookie', () =>
    expect(read(['Cookie', '__Host-session=abc'])).toEqual({ is: 'token', token: 'abc', carrier: 'cookie', hasSessionCookie: true }));

  it('is absent without either', () =>
    expect(read(['X-Session', 'abc'], ['X-Forwarded-User', 'ann'])).toMatchObject({ is: 'absent', carrier: null }));

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer  abc',
    'Bearer a b',
    'Basic YTpi',
    'abc',
    '',
    'Bearer "abc"',
    'Bearer abc, Bearer def',
    'Bearer %E0%A4%A',
    'Bearer s:abc',
    'Bearer ä',
  ])('is unusable in Authorization %j, even beside a good cookie [B-98]', (value) =>
    expect(read(['Authorization', value], ['Cookie', '__Host-session=good'])).toMatchObject({
      is: 'unusable',
      carrier: 'bearer',
      hasSessionCookie: false,
    }),
  );

  it('is unusable where Authorization came twice, of which Node shows the first [B-98]', () =>
    expect(read(['Authorization', 'Bearer abc'], ['authorization', 'Bearer def'])).toMatchObject({ is: 'unusable' }));

  it('is unusable where the cookie came twice, in one header or in two, even with the same value [B-114]', () => {
    for (const headers of [
      [['Cookie', '__Host-session=a; __Host-session=b']],
      [
        ['Cookie', '__Host-session=a'],
        ['Cookie', '__Host-session=a'],
      ],
    ] as [string, string][][]) {
      expect(read(...headers)).toMatchObject({ is: 'unusable', hasSessionCookie: true });
    }
  });

  it('never comes from the query string or the body [B-82]', () => {
    const request = { query: { token: 'abc', access_token: 'abc' }, body: { token: 'abc', access_token: 'abc' } };
    expect(carriers.read(exchangeWith([], request))).toMatchObject({ is: 'absent' });
  });

  it('never comes from a cookie of the other name: in production only the prefixed one counts', () =>
    expect(read(['Cookie', 'session=abc'])).toMatchObject({ is: 'absent' }));

  it('is looked for only where an option says so', () => {
    const headers: [string, string][] = [
      ['Authorization', 'Basic YTpi'],
      ['Cookie', '__Host-session=abc'],
    ];
    expect(carriersOf({ carriers: ['cookie'] }).carriers.read(exchangeWith(headers))).toMatchObject({ is: 'token', carrier: 'cookie' });
    expect(carriersOf({ carriers: ['bearer'] }).carriers.read(exchangeWith([['Cookie', '__Host-session=abc']]))).toMatchObject({
      is: 'absent',
    });
  });
});

describe('the cookie that is set', () => {
  const cookieOver = (protocol: string, options: HttpOptions = {}, isProduction = false): string | undefined => {
    const exchange = exchangeWith([], { protocol });
    carriersOf(options, isProduction).cookie.write(exchange, 'abc', 60);
    return exchange.written.cookies[0];
  };

  it('is prefixed and Secure in production, whatever the request came over', () =>
    expect(cookieOver('http', {}, true)).toBe('__Host-session=abc; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax'));

  it('is plain over http elsewhere, because Safari drops Secure cookies on http://localhost', () =>
    expect(cookieOver('http')).toBe('session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Lax'));

  it('is prefixed over TLS elsewhere', () => expect(cookieOver('https')).toMatch(/^__Host-session=.*; Secure;/));

  it('follows the option', () =>
    expect(cookieOver('http', { cookie: { secure: true, name: 'sid', sameSite: 'strict' } })).toBe(
      '__Host-sid=abc; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Strict',
    ));

  it('is cleared under the same name', () => {
    const exchange = exchangeWith([]);
    carriersOf().cookie.clear(exchange);
    expect(exchange.written.cookies).toEqual(['__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax']);
  });
});
