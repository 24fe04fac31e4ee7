import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';

export interface ScryptCost {
  /** CPU and memory cost N, a power of two. */
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

export type Pbkdf2Digest = 'sha1' | 'sha256' | 'sha512';

/**
 * No stored hash may cost more than about two seconds of one core and 256 MiB, since it says itself what it costs: a hostile row would
 * stop the process or have it killed for its memory. 256 MiB lets through `ln=18, r=8`, four times what OWASP asks for.
 */
const MAX_SCRYPT_BYTES = 256 * 1024 * 1024;
const MAX_SCRYPT_WORK = 2 ** 22;
const BLOCK_BYTES: Record<Pbkdf2Digest, number> = { sha1: 20, sha256: 32, sha512: 64 };
/** Four times what Django writes today (1 200 000). SHA-512 takes twice as long. */
const MAX_ITERATIONS: Record<Pbkdf2Digest, number> = { sha1: 5_000_000, sha256: 5_000_000, sha512: 2_500_000 };

/** Whether scrypt with these parameters is defined (RFC 7914, section 2) and within our caps. */
export function isAffordableScrypt({ N, r, p }: ScryptCost): boolean {
  const isDefined = N >= 2 && Number.isInteger(Math.log2(N)) && r >= 1 && p >= 1;
  return isDefined && r <= 64 && p <= 16 && 128 * N * r <= MAX_SCRYPT_BYTES && N * r * p <= MAX_SCRYPT_WORK;
}

/** Whether PBKDF2 with these parameters is defined and within our caps. Each started block of the key costs all iterations again. */
export function isAffordablePbkdf2(digest: Pbkdf2Digest, iterations: number, keyLength: number): boolean {
  return iterations >= 1 && keyLength >= 16 && iterations * Math.ceil(keyLength / BLOCK_BYTES[digest]) <= MAX_ITERATIONS[digest];
}

export function deriveScrypt(password: string, salt: Buffer, { N, r, p, length }: ScryptCost & { length: number }): Promise<Buffer> {
  // Node's own limit is 32 MiB; p blocks of 128 r bytes come on top of the 128 N r.
  const maxmem = 128 * r * (N + p) + 1024 * 1024;
  return new Promise((resolve, reject) => {
    scrypt(password, salt, length, { N, r, p, maxmem }, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

export interface Pbkdf2Cost {
  readonly digest: Pbkdf2Digest;
  readonly iterations: number;
  readonly length: number;
}

export function derivePbkdf2(password: string, salt: Buffer, { digest, iterations, length }: Pbkdf2Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, length, digest, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

/** Compares two keys in constant time; keys of different lengths are different. */
export function sameKey(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
