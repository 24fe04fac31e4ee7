import { describe, expect, it } from '@jest/globals';
import { InvalidInputError, UsersError } from '../../../lib/kernel/errors.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { loadCommonPasswords } from '../../../lib/passwords/common-passwords.js';
import { PasswordPolicy } from '../../../lib/passwords/password-policy.js';
import type { PasswordSubject } from '../../../lib/passwords/password-subject.js';
import { WeakPasswordError } from '../../../lib/passwords/passwords.errors.js';
import { type PasswordsOptions, resolvePasswordsOptions } from '../../../lib/passwords/passwords.options.js';

function policyOf(options: PasswordsOptions = {}): PasswordPolicy {
  const issues = new Issues();
  const settings = resolvePasswordsOptions(options, issues);
  issues.throwIfAny();
  return new PasswordPolicy(settings);
}

/** The codes with which a password is refused; none when it is accepted. */
async function codesOf(password: unknown, about: PasswordSubject = {}, policy = policyOf()): Promise<readonly string[]> {
  try {
    await policy.check(password, about);
    return [];
  } catch (error) {
    if (error instanceof UsersError) return error.fields?.['password'] ?? [];
    throw error;
  }
}

describe('[3.2] the length of a new password [V6.2.1]', () => {
  it.each([
    ['seven characters', 'xqzkvwj', ['USERS_PASSWORD_TOO_SHORT']],
    ['eight', 'xqzkvwjy', []],
    ['seven emoji, fourteen units', '🦊🐻🐼🐨🐯🦁🐮', ['USERS_PASSWORD_TOO_SHORT']],
    ['eight emoji', '🦊🐻🐼🐨🐯🦁🐮🐷', []],
    ['eight of which two compose to one', 'xqzkvwe\u0301', ['USERS_PASSWORD_TOO_SHORT']],
    ['none', '', ['USERS_PASSWORD_TOO_SHORT', 'USERS_PASSWORD_BLANK']],
    ['256', 'xq'.repeat(128), []],
    ['257', `${'xq'.repeat(128)}x`, ['USERS_PASSWORD_TOO_LONG']],
  ])('%s', async (_what, password, codes) => expect(await codesOf(password)).toEqual(codes));

  it('is 15 with the preset nist', async () => {
    const nist = policyOf({ preset: 'nist' });
    expect(await codesOf('xqzkvwjyfbgmhd', {}, nist)).toEqual(['USERS_PASSWORD_TOO_SHORT']);
    expect(await codesOf('xqzkvwjyfbgmhdp', {}, nist)).toEqual([]);
  });
});

describe('composition [V6.2.5]', () => {
  it.each([
    'aaaabbbbccccddde',
    '4815162342108',
    'a b c d e f g h',
    'правильнаялошадь',
    '正确的马电池订书钉',
    '🦊🐻🐼🐨🐯🦁🐮🐷',
    ' leading and trailing ',
  ])('asks for nothing: %s', async (password) => expect(await codesOf(password)).toEqual([]));

  it.each([' '.repeat(8), '\t \u00a0\u2003\u3000   ', '\u200b'.repeat(8), '\u00ad\u2060\ufeff\u3164\u115f\u180e\u200e\u200f'])(
    'but a password of nothing visible is none: %j',
    async (password) => {
      expect(await codesOf(password)).toEqual(['USERS_PASSWORD_BLANK']);
    },
  );

  it('may ask for classes of characters, of any script', async () => {
    const three = policyOf({ minClasses: 3 });
    expect(await codesOf('xqzkvwjyfb', {}, three)).toEqual(['USERS_PASSWORD_TOO_SIMPLE']);
    expect(await codesOf('xqzkvwJYFB', {}, three)).toEqual(['USERS_PASSWORD_TOO_SIMPLE']);
    expect(await codesOf('xqzkvwJYF7', {}, three)).toEqual([]);
    expect(await codesOf('лошадьБатарея٣', {}, three)).toEqual([]);
    expect(await codesOf('正确的马电池-42', {}, three)).toEqual([]);
    // A mark belongs to its letter and is no class of its own.
    expect(await codesOf('x\u0331q\u0331z\u0331k\u0331v\u0331w\u0331jyF', {}, three)).toEqual(['USERS_PASSWORD_TOO_SIMPLE']);
  });
});

describe('common passwords [V6.2.4]', () => {
  it('are every entry of eight characters or more, about 20 000', async () => {
    const common = await loadCommonPasswords();
    expect(common.size).toBeGreaterThan(20_000);
    expect([...common].filter((entry) => entry.length < 8 || entry !== entry.toLowerCase())).toEqual([]);
  });

  it('are refused, each of them, in any case', async () => {
    const policy = policyOf();
    for (const entry of await loadCommonPasswords()) {
      for (const password of [entry, entry.toUpperCase()])
        expect([password, await codesOf(password, {}, policy)]).toEqual([password, ['USERS_PASSWORD_TOO_COMMON']]);
    }
  });

  it('are accepted as a part of something longer: the whole password counts', async () => {
    expect(await codesOf('password123456 and a horse')).toEqual([]);
    expect(await codesOf('baseballs of the moon')).toEqual([]);
  });
});

describe("one's own names [V6.2.11]", () => {
  const ann = { username: 'annsmith77', email: 'ann.smith@example.com', displayName: 'Annabelle  van der Smith-Müller' };

  it.each([
    'annsmith77',
    'ANNSMITH77',
    'ann.smith@example.com',
    'ann.smith',
    'AnnSmith',
    'smith-ann',
    'Müller Annabelle',
    'annabelle smith',
    'Annabelle van der Smith-Mu\u0308ller',
    'van der van der',
    'smith@example',
  ])('are refused: %s', async (password) => expect(await codesOf(password, ann)).toEqual(['USERS_PASSWORD_TOO_SIMILAR']));

  it.each(['annabelle likes tea', 'smithereens', 'xx annsmith77', 'annsmith771', 'vandalised'])(
    'may be a part of it: %s',
    async (password) => expect(await codesOf(password, ann)).toEqual([]),
  );

  it("are no matter of anybody else's", async () => {
    expect(await codesOf('annsmith77', { username: 'bob', email: null, displayName: '' })).toEqual([]);
    expect(await codesOf('!?!?!?!?', { username: '---', displayName: '***' })).toEqual([]);
  });

  it("and the app's are refused to everybody", async () => {
    const policy = policyOf({ contextWords: ['Acme Rockets', 'roadrunner-crm'] });
    for (const password of ['AcmeRockets', 'rockets acme', 'RoadRunner CRM', 'acme-crm']) {
      expect([password, await codesOf(password, {}, policy)]).toEqual([password, ['USERS_PASSWORD_TOO_SIMILAR']]);
    }
    expect(await codesOf('acme rockets are red', {}, policy)).toEqual([]);
  });
});

describe("the host's own check", () => {
  it('is asked with the password in NFC and whose it is, and adds its code', async () => {
    const asked: unknown[] = [];
    const policy = policyOf({ check: async (password, about) => (asked.push([password, about]) > 0 ? 'ACME_REUSED' : null) });
    expect(await codesOf('xqzkvwje\u0301', { username: 'ann' }, policy)).toEqual(['ACME_REUSED']);
    expect(asked).toEqual([['xqzkvwj\u00e9', { username: 'ann' }]]);
  });

  it('accepts with null or undefined, and is not guessed at when it says anything else', async () => {
    expect(await codesOf('xqzkvwjy', {}, policyOf({ check: () => undefined }))).toEqual([]);
    expect(await codesOf('xqzkvwjy', {}, policyOf({ check: async () => null }))).toEqual([]);
    for (const answer of [true, false, '', 7]) {
      await expect(policyOf({ check: () => answer as never }).check('xqzkvwjy', {})).rejects.toThrow(TypeError);
    }
  });
});

describe('an answer about a password', () => {
  it('names every fault at once, under the field asked for, and never the password', async () => {
    const policy = policyOf({ minLength: 12, minClasses: 3 });
    const error = (await policy
      .check('password', { username: 'password' }, 'newPassword')
      .catch((caught: unknown) => caught)) as WeakPasswordError;
    expect(error).toBeInstanceOf(WeakPasswordError);
    expect(error.getResponse()).toEqual({
      statusCode: 400,
      code: 'USERS_WEAK_PASSWORD',
      message: expect.any(String),
      fields: {
        newPassword: ['USERS_PASSWORD_TOO_SHORT', 'USERS_PASSWORD_TOO_COMMON', 'USERS_PASSWORD_TOO_SIMILAR', 'USERS_PASSWORD_TOO_SIMPLE'],
      },
    });
  });

  it('gives the password back in NFC, untrimmed [B-106]', async () => {
    expect(await policyOf().check('  xqzkvwje\u0301\t', {})).toBe('  xqzkvwj\u00e9\t');
  });

  it.each([
    [undefined, 'USERS_REQUIRED'],
    [null, 'USERS_WRONG_TYPE'],
    [['xqzkvwjy'], 'USERS_WRONG_TYPE'],
    ['xqzk\0vwjy', 'USERS_ILL_FORMED'],
    ['xqzk\udfffvwjy', 'USERS_ILL_FORMED'],
    ['x'.repeat(1_048_576), 'USERS_PASSWORD_TOO_LONG'],
  ])('is invalid input where it is none [B-105]: case %#', async (value, code) => {
    for (const call of [policyOf().check(value, {}), Promise.resolve().then(() => policyOf().read(value))]) {
      const error = (await call.catch((caught: unknown) => caught)) as InvalidInputError;
      expect([error.code, error.fields]).toEqual(['USERS_INVALID_INPUT', { password: [code] }]);
    }
  });

  it('is no matter of strength where a password is only read', () => {
    expect(policyOf().read('password')).toBe('password');
    expect(policyOf().read('xe\u0301')).toBe('x\u00e9');
    expect(() => policyOf().read('')).toThrow(InvalidInputError);
  });
});

describe('the options', () => {
  const faultsOf = (options: unknown): string => {
    const issues = new Issues();
    resolvePasswordsOptions(options as PasswordsOptions, issues);
    try {
      issues.throwIfAny();
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  };

  it.each([
    [{ minLength: 7 }, 'passwords.minLength'],
    [{ minLength: 8.5 }, 'passwords.minLength'],
    [{ minLength: '8' }, 'passwords.minLength'],
    [{ preset: 'nist', minLength: 14 }, 'passwords.minLength'],
    [{ preset: 'none' }, 'passwords.preset'],
    [{ maxLength: 63 }, 'passwords.maxLength'],
    [{ maxLength: 1_000_000 }, 'passwords.maxLength'],
    [{ minClasses: 5 }, 'passwords.minClasses'],
    [{ contextWords: 'acme' }, 'passwords.contextWords'],
    [{ contextWords: [7] }, 'passwords.contextWords'],
    [{ check: 'zxcvbn' }, 'passwords.check'],
    [{ verifiers: [{}] }, 'passwords.verifiers'],
    [{ verifiers: [null] }, 'passwords.verifiers'],
    [{ concurrency: 0 }, 'passwords.concurrency'],
    [{ queue: -1 }, 'passwords.queue'],
    [{ argon2: { memoryCost: 19_455 } }, 'passwords.argon2'],
    [{ argon2: { timeCost: 1 } }, 'passwords.argon2'],
    [{ argon2: { timeCost: Number.NaN } }, 'passwords.argon2'],
    [{ argon2: { parallelism: 0 } }, 'passwords.argon2'],
    [{ argon2: { memoryCost: 2_097_152 } }, 'passwords.argon2'],
  ])('refuse %j with a sentence [V11.4.2]', (options, path) => expect(faultsOf(options)).toContain(`- ${path}: `));

  it.each([
    undefined,
    {},
    { preset: 'nist' },
    { preset: 'nist', minLength: 20 },
    { argon2: { memoryCost: 47_104, timeCost: 1 } },
    { argon2: { memoryCost: 12_288, timeCost: 3 } },
    { queue: 0 },
  ])('accept %j', (options) => expect(faultsOf(options)).toBe(''));

  it('report all faults at once', () =>
    expect(faultsOf({ minLength: 1, queue: -1, argon2: { timeCost: 0 } }).match(/ {2}- /g)).toHaveLength(3));
});
