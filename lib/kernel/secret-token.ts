import { hash, timingSafeEqual } from 'node:crypto';
import { randomBytesFrom } from './random-bytes.js';
import type { RandomSource } from './random-source.port.js';

/** What a token opens. It is hashed together with the token, so that one kind is never taken for another. */
export type TokenKind =
  'session' | 'confirm-email' | 'change-email' | 'reset-password' | 'invitation' | 'first-admin' | 'api-key' | 'device' | 'signed';

const SECRET_BYTES = 32;
const ID_LENGTH = 36;
const TOKEN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[A-Za-z0-9_-]{43}$/;

export interface MintedToken {
  /** `<id>.<secret>`: handed out once, never stored. */
  readonly token: string;
  /** What is stored. */
  readonly secretHash: string;
}

/**
 * Mints a token around `id`: 256 random bits in base64url behind the id by which its row is found.
 *
 * @throws UnavailableError when the random source is broken.
 */
export function mintToken(kind: TokenKind, id: string, random: RandomSource): MintedToken {
  const secret = randomBytesFrom(random, SECRET_BYTES);
  const token = `${id}.${secret.toString('base64url')}`;
  return { token, secretHash: hashToken(kind, token) };
}

/** @returns the id inside a well-formed token, or `null` for anything else: what is not well-formed must not cost a query. */
export function idOfToken(value: unknown): string | null {
  return typeof value === 'string' && TOKEN.test(value) ? value.slice(0, ID_LENGTH) : null;
}

/** The stored form of a token: hex SHA-256 over its kind and itself. No slow hash, since the secret has 256 bits. */
export function hashToken(kind: TokenKind, token: string): string {
  return hash('sha256', `${kind}:${token}`, 'hex');
}

/** What a signed token says of the session's secret: with another secret the session is another one to it. It opens nothing by itself. */
export function bindingOf(secretHash: string): string {
  return hashToken('signed', secretHash);
}

/** Compares two stored hashes in constant time. */
export function sameHash(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
