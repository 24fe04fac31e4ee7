import { randomBytesFrom } from './random-bytes.js';
import type { RandomSource } from './random-source.port.js';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A UUIDv7 (RFC 9562, section 5.7): 48 bits of time in front, so that new rows land at the end of an index. Never a secret. */
export function newId(now: Date, random: RandomSource): string {
  const bytes = randomBytesFrom(random, 16);
  bytes.writeUIntBE(now.getTime(), 0, 6);
  return uuidOf(bytes, 7);
}

/** The last id that {@link newId} can make at this instant: what was made up to it is not greater. */
export function lastIdOf(at: Date): string {
  const bytes = Buffer.alloc(16, 0xff);
  bytes.writeUIntBE(Math.max(0, at.getTime()), 0, 6);
  return uuidOf(bytes, 7);
}

/** Writes 16 bytes as a uuid of this version, which takes the place of six of their bits (RFC 9562, section 4). */
export function uuidOf(bytes: Buffer, version: 5 | 7): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | (version << 4), 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** True for a lower-case uuid. Anything else must not reach the database: one malformed uuid fails a whole statement on PostgreSQL. */
export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}
