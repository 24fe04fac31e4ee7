import { describe, expect, it } from '@jest/globals';
import { type CrossSiteFacts, type CrossSitePolicy, judgeCrossSite } from '../../../lib/http/cross-site.js';

const PLAIN: CrossSiteFacts = { isSafe: false, fetchSite: undefined, origin: undefined, host: 'app.com', hasSessionCookie: true };
const POLICY: CrossSitePolicy = { origins: ['https://front.example'], baseOrigin: 'https://app.com', isProduction: true };

const judge = (facts: Partial<CrossSiteFacts>, policy: Partial<CrossSitePolicy> = {}) =>
  judgeCrossSite({ ...PLAIN, ...facts }, { ...POLICY, ...policy });

describe('the cross-site rule', () => {
  it('does not look at requests that change nothing', () =>
    expect(judge({ isSafe: true, fetchSite: 'cross-site', origin: 'https://evil.example' })).toBe('pass'));

  it.each(['same-origin', 'none'])('lets through Sec-Fetch-Site: %s', (fetchSite) => expect(judge({ fetchSite })).toBe('pass'));

  it.each(['same-site', 'cross-site', 'SAME-ORIGIN', '', 'same-origin, cross-site', 'nonsense'])(
    'refuses Sec-Fetch-Site: %j without a listed origin',
    (fetchSite) => {
      expect(judge({ fetchSite })).toBe('refuse');
      expect(judge({ fetchSite, origin: 'https://app.com' })).toBe('refuse');
      expect(judge({ fetchSite, origin: 'https://front.example' })).toBe('pass');
    },
  );

  it.each(['same-site', 'cross-site'])(
    'refuses Sec-Fetch-Site: %s also without a cookie, since signing somebody in is an attack too',
    (fetchSite) => expect(judge({ fetchSite, hasSessionCookie: false })).toBe('refuse'),
  );

  it.each(['https://app.com', 'https://front.example'])('without that header lets through the origin %s', (origin) =>
    expect(judge({ origin })).toBe('pass'),
  );

  it.each([
    'null',
    '',
    'http://app.com',
    'https://app.com:8443',
    'https://app.com.evil.example',
    'https://evilapp.com',
    'https://sub.app.com',
    'https://app.com/',
    'https://APP.com',
    'https://app.com, https://app.com',
    'https://front.example.evil',
    'http://localhost:3000',
  ])('without that header refuses the origin %j [B-113]', (origin) => expect(judge({ origin })).toBe('refuse'));

  it('with neither header refuses who sent a session cookie, and lets a program pass', () => {
    expect(judge({})).toBe('refuse');
    expect(judge({ hasSessionCookie: false })).toBe('pass');
  });

  describe('where no baseUrl is known', () => {
    const unknown = { baseOrigin: null };

    it.each([
      ['https://app.com', 'app.com'],
      ['http://app.com', 'app.com'],
      ['https://app.com', 'app.com:443'],
      ['http://127.0.0.1:3000', '127.0.0.1:3000'],
      ['https://app.com', 'APP.com'],
    ])('lets through %s at the host %s', (origin, host) => expect(judge({ origin, host }, unknown)).toBe('pass'));

    it.each([
      ['https://app.com', 'app.com:8443'],
      ['https://app.com:8443', 'app.com'],
      ['https://app.com.evil.example', 'app.com'],
      ['null', 'null'],
      ['https://app.com', undefined],
      ['https://app.com', ''],
      ['https://app.com', 'user@app.com'],
      ['https://app.com', 'app.com/x'],
      ['ftp://app.com', 'app.com'],
    ])('refuses %s at the host %j', (origin, host) => expect(judge({ origin, host }, unknown)).toBe('refuse'));
  });

  describe('outside production', () => {
    const development = { isProduction: false };

    it.each(['http://localhost:5173', 'https://localhost', 'http://app.localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:8080'])(
      'lets through %s, and says so',
      (origin) => {
        expect(judge({ origin, fetchSite: 'same-site' }, development)).toBe('lenient');
        expect(judge({ origin }, development)).toBe('lenient');
      },
    );

    it.each([
      'https://evil.example',
      'http://localhost.evil.example',
      'http://evil-localhost',
      'http://127.0.0.1.evil.example',
      'null',
      undefined,
    ])('still refuses %j', (origin) => expect(judge({ origin, fetchSite: 'cross-site' }, development)).toBe('refuse'));
  });
});
