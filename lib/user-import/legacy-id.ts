import { createHash } from 'node:crypto';
import { uuidOf } from '../kernel/id.js';

/** A namespace of our own, made once at random (RFC 9562, section 6.6). */
const NAMESPACE = Buffer.from('0d7f6f5c2f1b4f0c9a5d7f6b3f2ac1e4', 'hex');

/**
 * The id that a user of another system gets here: always the same for the same `source` and `legacyId`, so that an import can be
 * repeated and resumed, and other tables can be rewritten without a table of translations. A UUIDv5 (RFC 9562, section 5.5): SHA-1 is
 * part of its definition and protects nothing, since ids are no secrets. MariaDB's `uuid` refuses some of version 8.
 */
export function idOfLegacy(source: string, legacyId: string): string {
  const name = `${source.length}:${source}:${legacyId}`;
  return uuidOf(createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16), 5);
}
