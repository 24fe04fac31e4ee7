import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from 'nestjs-users';
import { hashToken, idOfToken, mintToken } from 'nestjs-users/extend';
import { newId } from '../../../lib/kernel/id.js';

const now = new Date('2026-11-03T09:12:00.000Z');
const good = { bytes: randomBytes };
const id = newId(now, good);

describe('a token', () => {
  it('has 256 random bits behind its id, and only its hash is for keeping [W5] [W1]', () => {
    const { token, secretHash } = mintToken('reset-password', id, good);
    expect(token).toMatch(/^[0-9a-f-]{36}\.[\w-]{43}$/);
    expect(secretHash).toBe(hashToken('reset-password', token));
    expect(secretHash).not.toContain(token.slice(37, 45));
    expect(mintToken('reset-password', id, good).token).not.toBe(token);
  });

  it('hashes otherwise for each kind, so that none passes for another [W16]', () => {
    const { token } = mintToken('session', id, good);
    expect(hashToken('session', token)).not.toBe(hashToken('reset-password', token));
    expect(hashToken('session', token)).not.toBe(hashToken('api-key', token));
  });

  it.each([
    [
      'fails',
      () => {
        throw new Error('no entropy');
      },
    ],
    ['returns short', (size: number) => randomBytes(size - 1)],
    ['returns nothing', () => Buffer.alloc(0)],
  ])('is not made when the random source %s [B-145]', (_, bytes) => {
    expect(() => mintToken('session', id, { bytes })).toThrow(UnavailableError);
    expect(() => newId(now, { bytes })).toThrow(UnavailableError);
  });

  it.each([
    '',
    ' ',
    'a.b',
    id,
    `${id}.`,
    `${id}.${'a'.repeat(42)}`,
    `${id}.${'a'.repeat(44)}`,
    `${id}.${'a'.repeat(42)}=`,
    `${id.toUpperCase()}.${'a'.repeat(43)}`,
    ` ${id}.${'a'.repeat(43)}`,
    `${id}.${'a'.repeat(43)}\n`,
    `${id}.${'a'.repeat(42)}é`,
    'x'.repeat(10_000),
    null,
    undefined,
    0,
    true,
    {},
    [],
    { $gt: '' },
  ])('is well-formed or it has no id [B-85] [B-04]: %j', (value) => expect(idOfToken(value)).toBeNull());
});
