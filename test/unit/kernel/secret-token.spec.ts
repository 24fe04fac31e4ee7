import { describe, expect, it } from '@jest/globals';
import { UnavailableError } from 'nestjs-users';
import { RandomSource } from '../../../lib/kernel/random-source.port.js';
import { hashToken, idOfToken, mintToken, sameHash, type TokenKind } from '../../../lib/kernel/secret-token.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';

const ID = '017f22e2-79b0-7cc3-98c4-dc0c0c07398f';
const KINDS: readonly TokenKind[] = ['session', 'confirm-email', 'change-email', 'reset-password', 'invitation', 'api-key'];
const random = new SystemRandomSource();

describe('a minted token', () => {
  it('[W5] is the id and 256 random bits', () => {
    const { token } = mintToken('session', ID, random);
    expect(token).toMatch(new RegExp(`^${ID}\\.[A-Za-z0-9_-]{43}$`));
    expect(token).toHaveLength(80);
    expect(new Set(Array.from({ length: 1_000 }, () => mintToken('session', ID, random).token)).size).toBe(1_000);
  });

  it('[W1] is stored as a hash that does not hold it', () => {
    const { token, secretHash } = mintToken('session', ID, random);
    expect(secretHash).toMatch(/^[0-9a-f]{64}$/);
    expect(secretHash).toBe(hashToken('session', token));
    expect(secretHash).not.toContain(token.slice(37));
  });

  it('[W16] is of one kind: its hash as another kind is another hash', () => {
    const { token } = mintToken('session', ID, random);
    expect(new Set(KINDS.map((kind) => hashToken(kind, token))).size).toBe(KINDS.length);
  });

  it('has kinds of which none begins another one with its separator', () => expect(KINDS.filter((kind) => kind.includes(':'))).toEqual([]));

  it('is not minted from a source that returns short', () => {
    class Short extends RandomSource {
      override bytes(length: number): Buffer {
        return Buffer.alloc(length - 1);
      }
    }
    expect(() => mintToken('session', ID, new Short())).toThrow(UnavailableError);
  });
});

describe('the id in a token', () => {
  const { token } = mintToken('session', ID, random);

  it('is found in a well-formed one', () => expect(idOfToken(token)).toBe(ID));

  it.each([
    [''],
    [' '],
    [ID],
    [`${token} `],
    [` ${token}`],
    [`${token}\n`],
    [`${token}=`],
    [token.slice(0, -1)],
    [token.toUpperCase()],
    [token.replace('.', ':')],
    [token.replace('-', '')],
    [`${token}\u0000`],
    [null],
    [undefined],
    [true],
    [0],
    [{}],
    [{ $gt: '' }],
    [[token]],
    ['a'.repeat(1_000_000)],
  ])('[B-05] is not found in what is none (%#)', (value) => expect(idOfToken(value)).toBeNull());
});

describe('the comparison of hashes', () => {
  it('is exact', () => {
    const [one, two] = [hashToken('session', 'a'), hashToken('session', 'b')];
    expect([sameHash(one, one), sameHash(one, two), sameHash(one, ''), sameHash('', one), sameHash(one, one.slice(1))]).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('takes texts of the same length in characters but not in bytes', () => expect(sameHash('aé', 'ab')).toBe(false));
});
