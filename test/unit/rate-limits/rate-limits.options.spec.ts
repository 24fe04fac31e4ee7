import { describe, expect, it } from '@jest/globals';
import { type InvalidOptionsError, Issues } from '../../../lib/kernel/issues.js';
import { type LimitsOptions, resolveLimitsOptions } from '../../../lib/rate-limits/rate-limits.options.js';

function resolve(input?: unknown) {
  const issues = new Issues();
  const settings = resolveLimitsOptions(input as LimitsOptions | undefined, issues);
  issues.throwIfAny();
  return settings;
}

function faultsOf(input: unknown): readonly string[] {
  try {
    resolve(input);
    return [];
  } catch (error) {
    return (error as InvalidOptionsError).issues;
  }
}

describe('resolveLimitsOptions', () => {
  it('has a default for every limit', () => {
    const minute = 60_000;
    expect(resolve()).toEqual({
      passwordChecks: { name: 'password-checks', limit: 60, window: minute },
      failedChecksFromAddress: {
        name: 'failed-checks-from-address',
        limit: 5,
        window: 10 * minute,
        delay: { first: 30_000, longest: 60 * minute },
      },
      failedChecksAnywhere: { name: 'failed-checks-anywhere', limit: 50, window: 10 * minute },
      registrations: { name: 'registrations', limit: 60, window: 60 * minute },
      confirmations: { name: 'confirmations', limit: 60, window: 10 * minute },
      mailsToAccount: { name: 'mails-to-account', limit: 2, window: 30 * minute },
      mailRequests: { name: 'mail-requests', limit: 60, window: 60 * minute },
      consecutiveFailures: 100,
      memory: 24 * 60 * minute,
    });
  });

  it('takes what is given and keeps the rest of the default', () => {
    const settings = resolve({
      registrations: { limit: 5 },
      passwordChecks: { window: '2m' },
      failedChecksFromAddress: { delay: { first: '1s' } },
      consecutiveFailures: 10,
    });
    expect(settings.registrations).toMatchObject({ limit: 5, window: 3_600_000 });
    expect(settings.passwordChecks).toMatchObject({ limit: 60, window: 120_000 });
    expect(settings.failedChecksFromAddress).toMatchObject({ limit: 5, delay: { first: 1_000, longest: 3_600_000 } });
    expect(settings.consecutiveFailures).toBe(10);
  });

  it.each([
    { passwordChecks: { limit: 0 } },
    { passwordChecks: { limit: -1 } },
    { passwordChecks: { limit: 1.5 } },
    { passwordChecks: { limit: '5' } },
    { passwordChecks: { limit: Number.NaN } },
    { passwordChecks: { limit: Infinity } },
    { passwordChecks: { window: 60 } },
    { passwordChecks: { window: '0s' } },
    { passwordChecks: { window: '31d' } },
    { passwordChecks: { window: 'soon' } },
    { passwordChecks: { delay: { first: '1s' } } },
    { passwordChecks: { max: 5 } },
    { failedChecksFromAddress: { delay: { first: '2h', longest: '1h' } } },
    { failedChecksFromAddress: { delay: { longest: '2d' } } },
    { failedChecksFromAddress: { delay: false } },
    { consecutiveFailures: 0 },
    { logins: { limit: 5 } },
    [],
    'none',
  ])('notes one fault with its mend: %j', (input) => {
    const faults = faultsOf(input);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(/^limits.*: .*(give|there are)/);
  });

  it.each([false, null, 0])('cannot be switched off by %j', (value) => {
    expect(faultsOf(value)).toHaveLength(1);
    expect(faultsOf({ passwordChecks: value })).toEqual([expect.stringContaining('cannot be switched off')]);
  });

  it('notes all faults at once', () => {
    expect(faultsOf({ passwordChecks: { limit: 0, window: 'x' }, registrations: false, typo: {} })).toHaveLength(4);
  });
});
