import { describe, expect, it } from '@jest/globals';
import { type HttpOptions, resolveHttpOptions } from '../../../lib/http/http.options.js';
import { type InvalidOptionsError, Issues } from '../../../lib/kernel/issues.js';

function faultsOf(input: unknown, isProduction = false): readonly string[] {
  const issues = new Issues();
  resolveHttpOptions(input as HttpOptions, issues, { isProduction });
  try {
    issues.throwIfAny();
    return [];
  } catch (error) {
    return (error as InvalidOptionsError).issues;
  }
}

describe('the HTTP options', () => {
  it('have safe defaults', () =>
    expect(resolveHttpOptions(undefined, new Issues(), { isProduction: true, baseUrl: 'https://app.com/deep/path' })).toEqual({
      origins: [],
      carriers: ['cookie', 'bearer', 'apiKey'],
      cookie: { name: 'session', deviceName: 'device', secure: true, sameSite: 'Lax' },
      guard: 'marked',
      publicKey: null,
      checkTimeout: 2_000,
      baseOrigin: 'https://app.com',
      isProduction: true,
    }));

  it('give another space cookies of its own', () =>
    expect(resolveHttpOptions({}, new Issues(), { space: 'staff' }).cookie.name).toBe('staff-session'));

  it('take a name with the prefix that we add', () =>
    expect(resolveHttpOptions({ cookie: { name: '__Host-sid' } }, new Issues()).cookie.name).toBe('sid'));

  it.each(['a;b', 'a b', 'a\r\nb', 'a=b', '', 'ä', 'a,b', '"a"', '__Secure-a', 'a'.repeat(65), 7, null])(
    'refuse the cookie name %j [B-116]',
    (name) => expect(faultsOf({ cookie: { name } })).toEqual([expect.stringContaining('http.cookie.name')]),
  );

  it.each(['domain', 'path', 'httpOnly', 'expires', 'partitioned'])('refuse cookie.%s [B-116]', (key) =>
    expect(faultsOf({ cookie: { [key]: 'x; y' } })).toEqual([expect.stringContaining(`http.cookie.${key}`)]),
  );

  it('refuse an insecure cookie in production, and there alone', () => {
    expect(faultsOf({ cookie: { secure: false } }, true)).toHaveLength(1);
    expect(faultsOf({ cookie: { secure: false } }, false)).toEqual([]);
  });

  it('refuse SameSite=None without Secure', () => {
    expect(faultsOf({ cookie: { sameSite: 'none' } })).toHaveLength(1);
    expect(faultsOf({ cookie: { sameSite: 'none', secure: true } })).toEqual([]);
  });

  it.each([
    '*',
    'null',
    'https://*.app.com',
    'https://app.com/',
    'https://app.com/path',
    'app.com',
    'https://user@app.com',
    'HTTPS://app.com',
    7,
  ])('refuse the origin %j', (origin) => expect(faultsOf({ origins: [origin] })).toEqual([expect.stringContaining('http.origins')]));

  it('take origins as browsers send them', () =>
    expect(faultsOf({ origins: ['https://app.com', 'http://localhost:5173', 'capacitor://localhost'] })).toEqual([]));

  it('tell all faults at once', () =>
    expect(faultsOf({ origins: 'x', carriers: ['pigeon'], guard: 'all', publicKey: '', checkTimeout: 2_000, cookie: 'x' })).toHaveLength(
      6,
    ));
});
