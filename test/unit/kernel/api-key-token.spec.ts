import { describe, expect, it } from '@jest/globals';
import { idOfApiKey, mintApiKey, startOfApiKey } from '../../../lib/kernel/api-key-token.js';
import { newId } from '../../../lib/kernel/id.js';
import { hashToken, idOfToken } from '../../../lib/kernel/secret-token.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';

const random = new SystemRandomSource();
const NOW = new Date('2026-11-03T09:12:00Z');

describe('an API key', () => {
  it('has a form that a scanner knows, and holds its id', () => {
    for (let round = 0; round < 200; round += 1) {
      const id = newId(NOW, random);
      const { token, secretHash } = mintApiKey(id, random);
      expect(token).toMatch(/^nuk_[0-9a-f]{32}_[0-9A-Za-z]{49}$/);
      expect(idOfApiKey(token)).toBe(id);
      expect(token.startsWith(startOfApiKey(id))).toBe(true);
      expect(secretHash).toBe(hashToken('api-key', token));
      expect(secretHash).not.toBe(hashToken('session', token));
      expect(idOfToken(token)).toBeNull();
    }
  });

  it('with one character changed is none: a slip costs no query', () => {
    const { token } = mintApiKey(newId(NOW, random), random);
    for (let at = 0; at < token.length; at += 1) {
      const other = token[at] === 'a' ? 'b' : 'a';
      expect(idOfApiKey(token.slice(0, at) + other + token.slice(at + 1))).toBeNull();
    }
    expect(idOfApiKey(`${token.slice(0, 50)}${token[51]}${token[50]}${token.slice(52)}`)).toBe(
      token[50] === token[51] ? idOfApiKey(token) : null,
    );
  });

  it.each([
    undefined,
    null,
    7,
    {},
    [],
    '',
    'nuk_',
    `nuk_${'0'.repeat(32)}_${'0'.repeat(49)}`,
    `NUK_${'a'.repeat(82)}`,
    'x'.repeat(1_000_000),
  ])('is not %p', (value) => expect(idOfApiKey(value)).toBeNull());

  it('has a secret of 256 bits from the random source, of one length whatever they are', () => {
    const fixed = (byte: number) => ({ bytes: (size: number) => Buffer.alloc(size, byte) }) as unknown as SystemRandomSource;
    const id = newId(NOW, random);
    const keys = [0, 1, 255].map((byte) => {
      try {
        return mintApiKey(id, fixed(byte)).token;
      } catch {
        return '';
      }
    });
    for (const key of keys) expect(key === '' || key.length === 86).toBe(true);
    expect(new Set(Array.from({ length: 1_000 }, () => mintApiKey(id, random).token)).size).toBe(1_000);
  });
});
