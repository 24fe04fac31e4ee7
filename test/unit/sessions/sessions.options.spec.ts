import { describe, expect, it } from '@jest/globals';
import { Issues } from '../../../lib/kernel/issues.js';
import { resolveSessionsOptions } from '../../../lib/sessions/sessions.options.js';

const DAY = 86_400_000;

function faultsOf(options: unknown): string {
  const issues = new Issues();
  resolveSessionsOptions(options as never, issues);
  try {
    issues.throwIfAny();
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the options of sessions', () => {
  it('have the documented defaults', () => {
    expect(resolveSessionsOptions(undefined, new Issues())).toEqual({
      idleTimeout: 10 * DAY,
      absoluteTimeout: 30 * DAY,
      touchInterval: 60_000,
      cache: null,
      recentLogin: 600_000,
      actingTimeout: 3_600_000,
      preparedStatements: true,
      loginExtras: null,
      sliding: true,
      max: null,
      whenFull: 'end-oldest',
      allowNonExpiring: false,
    });
  });

  it.each([
    [{ idleTimeout: 900 }, 'sessions.idleTimeout'],
    [{ idleTimeout: '0s' }, 'longer than nothing'],
    [{ idleTimeout: '31d' }, 'longer than absoluteTimeout'],
    [{ idleTimeout: '1m' }, 'at most half of idleTimeout'],
    [{ idleTimeout: '90d', absoluteTimeout: '90d', touchInterval: '30d' }, 'at most a day'],
    [{ actingTimeout: '2h' }, 'at most an hour'],
    [{ actingTimeout: '0s' }, 'at most an hour'],
    [{ max: 0 }, 'sessions.max'],
    [{ max: 1.5 }, 'sessions.max'],
    [{ whenFull: 'panic' }, 'sessions.whenFull'],
    [{ sliding: 'no' }, 'sessions.sliding'],
    [{ allowNonExpiring: 'no' }, 'sessions.allowNonExpiring'],
    [{ idleTimeOut: '10m' }, 'there is no such option'],
  ])('refuse %j', (options, sentence) => expect(faultsOf(options)).toContain(sentence));
});
