import { afterEach, describe, expect, it } from '@jest/globals';
import { InvalidOptionsError, usersOptionsFromEnv } from 'nestjs-users';
import { Issues } from '../../../lib/kernel/issues.js';
import { resolveOptions } from '../../../lib/users.options.js';

const PREFIX = 'ENV_TEST_';
afterEach(() => {
  for (const name of Object.keys(process.env)) if (/^(ENV_TEST_|OTHER_)/.test(name)) Reflect.deleteProperty(process.env, name);
});
const set = (variables: Record<string, string>): void => {
  for (const [name, text] of Object.entries(variables)) process.env[`${PREFIX}${name}`] = text;
};
const faults = (): readonly string[] => {
  try {
    usersOptionsFromEnv(PREFIX);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionsError);
    return (error as InvalidOptionsError).issues;
  }
};

describe('options from the environment', () => {
  it('[1.3] are none where nothing is set, or what is set is empty', () => {
    expect(usersOptionsFromEnv(PREFIX)).toEqual({});
    set({ REGISTRATION_OPEN: '', MAIL_FROM: '  ' });
    expect(usersOptionsFromEnv(PREFIX)).toEqual({});
  });

  it('[1.3] are named by the option’s path in capitals', () => {
    set({
      REGISTRATION_OPEN: 'false',
      REGISTRATION_USERNAME_MIN: '3',
      REGISTRATION_USERNAME_RESERVED: 'root, admin',
      SESSIONS_IDLE_TIMEOUT: '10d',
      SESSIONS_MAX: '5',
      SESSIONS_RECENT_LOGIN: '5m',
      SESSIONS_ACTING_TIMEOUT: '30m',
      PASSWORDS_PRESET: 'nist',
      PASSWORD_RESET_TOKEN_LIFETIME: '30m',
      EMAIL_CONFIRMATION_TOKEN_LIFETIME: '1h',
      HTTP_ORIGINS: 'https://a.example,https://b.example',
      MAIL_FROM: 'Notes <no-reply@notes.example>',
      LIMITS_REGISTRATIONS_LIMIT: '10',
      LIMITS_REGISTRATIONS_WINDOW: '1h',
      LIMITS_CONSECUTIVE_FAILURES: '50',
      SESSIONS_SLIDING: 'TRUE',
    });
    const options = usersOptionsFromEnv(PREFIX);
    expect(options).toEqual({
      registration: { open: false, username: { min: 3, reserved: ['root', 'admin'] } },
      sessions: { idleTimeout: '10d', max: 5, sliding: true, recentLogin: '5m', actingTimeout: '30m' },
      passwords: { preset: 'nist' },
      passwordReset: { tokenLifetime: '30m' },
      emailConfirmation: { tokenLifetime: '1h' },
      http: { origins: ['https://a.example', 'https://b.example'] },
      mail: { from: 'Notes <no-reply@notes.example>' },
      limits: { registrations: { limit: 10, window: '1h' }, consecutiveFailures: 50 },
    });
    const issues = new Issues();
    resolveOptions(options, { space: 'users', ports: {} }, issues);
    expect(() => issues.throwIfAny()).not.toThrow();
  });

  it('[1.3] give way to explicit ones, option by option', () => {
    set({
      REGISTRATION_OPEN: 'false',
      REGISTRATION_SIGN_IN: 'true',
      REGISTRATION_USERNAME_MIN: '3',
      REGISTRATION_USERNAME_MAX: '9',
      HTTP_ORIGINS: 'https://a.example',
    });
    const pattern = /^[a-z]+$/;
    expect(
      usersOptionsFromEnv(PREFIX, {
        registration: { open: true, signIn: undefined, username: { max: 20, pattern } } as object,
        http: { origins: [] },
      }),
    ).toEqual({
      registration: { open: true, signIn: true, username: { min: 3, max: 20, pattern } },
      http: { origins: [] },
    });
  });

  it('[1.3] that cannot be read are all named at once, with the mend', () => {
    set({
      REGISTRATION_OPEN: 'yes',
      SESSIONS_IDLE_TIMEOUT: '10',
      SESSIONS_MAX: '-1',
      LIMITS_REGISTRATIONS_LIMIT: '1e3',
      PASSWORDS_QUEUE: '2.5',
      MAIL_FROM: 'a@b.org',
    });
    expect(faults()).toEqual([
      'ENV_TEST_REGISTRATION_OPEN: "yes" cannot be read: write true or false.',
      `ENV_TEST_SESSIONS_IDLE_TIMEOUT: "10" cannot be read: write a duration with its unit: '30s', '15m', '12h' or '10d'.`,
      'ENV_TEST_SESSIONS_MAX: "-1" cannot be read: write a whole number.',
      'ENV_TEST_PASSWORDS_QUEUE: "2.5" cannot be read: write a whole number.',
      'ENV_TEST_LIMITS_REGISTRATIONS_LIMIT: "1e3" cannot be read: write a whole number.',
    ]);
  });

  it('[1.3] that are misspelt are faults; other variables with the prefix are the host’s', () => {
    set({ SESSIONS_IDLE_TIMOUT: '1d', REGISTRATION_FIRST_USER_IS_ADMIN: 'true', TABLE: 'people', PASSWORD_RESET: 'x' });
    process.env['OTHER_SESSIONS_MAX'] = '5';
    expect(faults()).toEqual([
      expect.stringMatching(/^ENV_TEST_SESSIONS_IDLE_TIMOUT: there is no such variable; there are SESSIONS_IDLE_TIMEOUT, /),
      expect.stringMatching(/^ENV_TEST_REGISTRATION_FIRST_USER_IS_ADMIN: /),
    ]);
  });
});
