import { describe, expect, it } from '@jest/globals';
import { cookieValues, serialiseCookie } from '../../../lib/http/carriers/cookies.js';

const NAME = '__Host-session';

describe('reading cookies', () => {
  it.each([
    ['a=1; __Host-session=x; b=2', ['x']],
    ['__Host-session=x;__Host-session=y', ['x', 'y']],
    ['__Host-session=x; __Host-session=x', ['x', 'x']],
    ['__Host-session=a=b==', ['a=b==']],
    ['  __Host-session=x\t', ['x']],
    ['__Host-session=', ['']],
  ])('finds every value of the name in %j', (header, values) => expect(cookieValues(header, NAME)).toEqual(values));

  it.each([
    [undefined],
    [''],
    ['__host-session=x'],
    ['__HOST-session=x'],
    ['session=x'],
    ['x__Host-session=x'],
    ['__Host-session'],
    ['=__Host-session=x'],
    ['__Host-session2=x'],
    ['__Host-session =x'],
    ['a=__Host-session=x'],
    ['%5F_Host-session=x'],
  ])('takes %j for somebody else’s [B-114]', (header) => expect(cookieValues(header, NAME)).toEqual([]));

  it('reads a header of 16 KiB in no time [B-118]', () =>
    expect(cookieValues('a=1; '.repeat(3_300) + '__Host-session=x', NAME)).toEqual(['x']));
});

describe('writing a cookie', () => {
  const cookie = { name: NAME, value: 'id.secret', isSecure: true, sameSite: 'Lax' } as const;

  it('is HttpOnly, for the whole path, for this host alone, and says SameSite', () =>
    expect(serialiseCookie(cookie)).toBe('__Host-session=id.secret; Path=/; HttpOnly; Secure; SameSite=Lax'));

  it('clears with the attributes with which it was set', () =>
    expect(serialiseCookie({ ...cookie, value: '', maxAge: 0 })).toBe(
      '__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax',
    ));

  it('never asks for more than 400 days', () => expect(serialiseCookie({ ...cookie, maxAge: 1e12 })).toContain('Max-Age=34560000;'));

  it('rounds down: a cookie must not outlive its session [B-117]', () =>
    expect(serialiseCookie({ ...cookie, maxAge: 59.9 })).toContain('Max-Age=59;'));

  it.each(['a;b', 'a b', 'a\r\nSet-Cookie: x=y', 'a"b', 'a,b', 'ä', 'a\0'])(
    'refuses the value %j rather than escaping it [B-116]',
    (value) => expect(() => serialiseCookie({ ...cookie, value })).toThrow(),
  );
});
