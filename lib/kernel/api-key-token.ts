import { crc32 } from 'node:zlib';
import { randomBytesFrom } from './random-bytes.js';
import type { RandomSource } from './random-source.port.js';
import { hashToken, type MintedToken } from './secret-token.js';

const PREFIX = 'nuk_';
const SECRET_BYTES = 32;
/** 256 bits, and 32 bits, in base 62. */
const SECRET_LENGTH = 43;
const SUM_LENGTH = 6;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KEY = new RegExp(`^${PREFIX}([0-9a-f]{32})_[0-9A-Za-z]{${SECRET_LENGTH + SUM_LENGTH}}$`);

/**
 * Mints an API key around `id`: `nuk_<id>_<secret><checksum>`, letters, digits and underscores alone, so that a double click takes it whole.
 * By prefix and checksum a scanner that reads somebody's public files knows one without asking us.
 *
 * @throws UnavailableError when the random source is broken.
 */
export function mintApiKey(id: string, random: RandomSource): MintedToken {
  const secret = randomBytesFrom(random, SECRET_BYTES);
  const body = `${PREFIX}${id.replaceAll('-', '')}_${inBase62(BigInt(`0x${secret.toString('hex')}`), SECRET_LENGTH)}`;
  const token = body + checksumOf(body);
  return { token, secretHash: hashToken('api-key', token) };
}

/** @returns the id inside a key whose checksum is right, or `null` for anything else: a mistyped key must not cost a query. */
export function idOfApiKey(value: unknown): string | null {
  const hex = typeof value === 'string' ? KEY.exec(value)?.[1] : undefined;
  if (hex === undefined) return null;
  const key = value as string;
  if (checksumOf(key.slice(0, -SUM_LENGTH)) !== key.slice(-SUM_LENGTH)) return null;
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The beginning of a key, by which its owner tells it from his others: not secret, since it is part of the id. */
export function startOfApiKey(id: string): string {
  return PREFIX + id.replaceAll('-', '').slice(0, 12);
}

function checksumOf(body: string): string {
  return inBase62(BigInt(crc32(body)), SUM_LENGTH);
}

function inBase62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = `${DIGITS[Number(rest % 62n)] ?? ''}${text}`;
  return text.padStart(length, '0');
}
