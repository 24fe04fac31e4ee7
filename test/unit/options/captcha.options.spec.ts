import { describe, expect, it } from '@jest/globals';
import { resolveCaptchaOptions } from '../../../lib/captcha/captcha.options.js';
import { Issues } from '../../../lib/kernel/issues.js';

const faultsOf = (options: object): string[] => {
  const issues = new Issues();
  resolveCaptchaOptions({ verify: () => true, ...options } as never, issues);
  return issues.any ? [String(catchOf(() => issues.throwIfAny()))] : [];
};
function catchOf(act: () => void): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

describe('the option captcha', () => {
  it('is off by default, and has defaults of its own where it is on', () => {
    expect(resolveCaptchaOptions(undefined, new Issues())).toMatchObject({ verify: null, afterFailures: null, registration: false });
    const verify = (): boolean => true;
    expect(resolveCaptchaOptions({ verify }, new Issues())).toEqual({
      verify,
      afterFailures: 3,
      registration: true,
      passwordReset: false,
      timeout: 5_000,
      allowWhenUnavailable: false,
    });
    expect(faultsOf({ afterFailures: null })).toEqual([]);
  });

  it.each([
    ['verify', { verify: 'yes' }],
    ['verify', { verify: undefined }],
    ['afterFailures', { afterFailures: 0 }],
    ['afterFailures', { afterFailures: 1.5 }],
    ['afterFailures', { afterFailures: '3' }],
    ['timeout', { timeout: 5_000 }],
    ['timeout', { timeout: '2m' }],
    ['registration', { registration: 'no' }],
    ['passwordReset', { passwordReset: 1 }],
    ['allowWhenUnavailable', { allowWhenUnavailable: null }],
    ['secret', { secret: 'x' }],
  ])('names the fault in %s: %j', (name, options) => {
    expect(faultsOf(options)).toEqual([expect.stringContaining(`captcha.${name}`)]);
  });
});
