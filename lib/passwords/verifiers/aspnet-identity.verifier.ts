import { derivePbkdf2, isAffordablePbkdf2, type Pbkdf2Cost, sameKey } from '../key-derivation.js';
import { PasswordVerifier } from '../password-verifier.port.js';

interface Parts {
  readonly salt: Buffer;
  readonly key: Buffer;
  readonly cost: Pbkdf2Cost;
}

const BASE64 = /^[A-Za-z0-9+/]{58,510}={0,2}$/;
const V2_BYTES = 49;
const V2_COST = { digest: 'sha1', iterations: 1_000, length: 32 } as const;
const V3_HEADER_BYTES = 13;
const V3_DIGESTS = ['sha1', 'sha256', 'sha512'] as const;
const MIN_SALT_BYTES = 16;

/**
 * What ASP.NET Core Identity writes: base64 of a marker byte and what follows it. `0x00` (version 2): salt of 16 bytes, PBKDF2-SHA1 with
 * 1 000 rounds. `0x01` (version 3): digest, rounds and salt length as 32-bit numbers, the salt, the key.
 */
export class AspNetIdentityVerifier extends PasswordVerifier {
  override reads(hash: string): boolean {
    return readIdentity(hash) !== null;
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    const parts = readIdentity(hash);
    return parts !== null && sameKey(await derivePbkdf2(password, parts.salt, parts.cost), parts.key);
  }
}

function readIdentity(hash: string): Parts | null {
  if (!BASE64.test(hash)) return null;
  const bytes = Buffer.from(hash, 'base64');
  if (bytes.toString('base64') !== hash) return null;
  if (bytes[0] === 0x00) return readV2(bytes);
  return bytes[0] === 0x01 ? readV3(bytes) : null;
}

function readV2(bytes: Buffer): Parts | null {
  return bytes.length === V2_BYTES ? { salt: bytes.subarray(1, 17), key: bytes.subarray(17), cost: V2_COST } : null;
}

function readV3(bytes: Buffer): Parts | null {
  if (bytes.length < V3_HEADER_BYTES) return null;
  const digest = V3_DIGESTS[bytes.readUInt32BE(1)];
  const iterations = bytes.readUInt32BE(5);
  const saltEnd = V3_HEADER_BYTES + bytes.readUInt32BE(9);
  const [salt, key] = [bytes.subarray(V3_HEADER_BYTES, saltEnd), bytes.subarray(saltEnd)];
  if (digest === undefined || salt.length < MIN_SALT_BYTES || !isAffordablePbkdf2(digest, iterations, key.length)) return null;
  return { salt, key, cost: { digest, iterations, length: key.length } };
}
