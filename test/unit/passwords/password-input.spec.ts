import { describe, expect, it } from '@jest/globals';
import argon2 from 'argon2';
import fc from 'fast-check';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';
import { Argon2PasswordHasher } from '../../../lib/passwords/argon2-password-hasher.js';
import { canonicalPassword, faultOfPassword } from '../../../lib/passwords/password-input.js';
import { ScryptPasswordHasher } from '../../../lib/passwords/scrypt-password-hasher.js';
import { readingsDuring } from '../../support/readings.js';

const random = new SystemRandomSource();
/** Cheap, so that many passwords can be tried; what is folded and cut does not depend on the cost. */
const hashers = {
  argon2: new Argon2PasswordHasher(argon2, { memoryCost: 8, timeCost: 1, parallelism: 1 }, random),
  scrypt: new ScryptPasswordHasher(random, { ln: 4, r: 1, p: 1 }),
};

const passwords = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(' ', 'a', 'é', 'ß', '\u0301', '\ufb01', '🙂', '\t'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 128,
  })
  .filter((text) => faultOfPassword(text, 256) === null);

describe.each(Object.entries(hashers))('a password hashed with %s [V6.2.8]', (_name, hasher) => {
  const accepts = async (set: string, typed: string): Promise<boolean> =>
    faultOfPassword(typed, 256) === null && hasher.verify(await hasher.hash(canonicalPassword(set)), canonicalPassword(typed));

  it('is verified as it was set, and in no other spelling', async () => {
    await fc.assert(
      fc.asyncProperty(passwords, async (password) => {
        expect(await accepts(password, password)).toBe(true);
        const spellings = [
          `${password} `,
          ` ${password}`,
          password.trim(),
          password.toUpperCase(),
          password.toLowerCase(),
          password.slice(0, 72),
          password.slice(0, -1),
          password.normalize('NFKC'),
          `${password}\0x`,
        ];
        for (const other of spellings.filter((one) => one.normalize('NFC') !== password.normalize('NFC'))) {
          expect([other, await accepts(password, other)]).toEqual([other, false]);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is the same in NFC and NFD, and only in these [B-106]', async () => {
    await fc.assert(
      fc.asyncProperty(passwords, async (password) => {
        expect(await accepts(password.normalize('NFC'), password.normalize('NFD'))).toBe(true);
        expect(await accepts(password.normalize('NFD'), password.normalize('NFC'))).toBe(true);
      }),
      { numRuns: 100 },
    );
    expect(await accepts('\ufb01sh and chips', 'fish and chips')).toBe(false);
  });

  it.each([64, 72, 73, 128, 255, 256])('counts to the last of %i characters', async (length) => {
    for (const character of ['a', '🙂']) {
      const password = character.repeat(length);
      expect(await accepts(password, password)).toBe(true);
      expect(await accepts(password, `${character.repeat(length - 1)}b`)).toBe(false);
    }
  });
});

describe('what can be no password', () => {
  it.each([
    ['nothing', undefined, 'USERS_REQUIRED'],
    ['null', null, 'USERS_WRONG_TYPE'],
    ['a number', 12345678, 'USERS_WRONG_TYPE'],
    ['a list', ['correct horse'], 'USERS_WRONG_TYPE'],
    ['an object', { length: 3, normalize: () => 'x' }, 'USERS_WRONG_TYPE'],
    ['a NUL', 'correct\0horse', 'USERS_ILL_FORMED'],
    ['a lone surrogate', 'correct\ud800horse', 'USERS_ILL_FORMED'],
    ['257 characters', 'a'.repeat(257), 'USERS_PASSWORD_TOO_LONG'],
    ['257 emoji', '🙂'.repeat(257), 'USERS_PASSWORD_TOO_LONG'],
    ['a megabyte', 'a'.repeat(1_048_576), 'USERS_PASSWORD_TOO_LONG'],
  ])('%s [B-105]', (_what, value, fault) => expect(faultOfPassword(value, 256)).toBe(fault));

  it('does not concern 256 characters, however they are composed', () => {
    expect(faultOfPassword('🙂'.repeat(256), 256)).toBeNull();
    // Three UTF-16 units each as typed, one code point each in NFC.
    expect(faultOfPassword('ế'.normalize('NFD').repeat(256), 256)).toBeNull();
    expect(faultOfPassword('ế'.normalize('NFD').repeat(257), 256)).toBe('USERS_PASSWORD_TOO_LONG');
  });

  it('is told of a megabyte by its length alone, before anything reads it [B-60]', () => {
    const huge = '\u0344'.repeat(1_048_576);
    expect(readingsDuring(() => faultOfPassword(huge, 256))).toEqual([]);
    expect(readingsDuring(() => faultOfPassword('correct horse', 256))).toContain('normalize');
  });
});
