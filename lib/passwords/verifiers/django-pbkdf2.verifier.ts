import { derivePbkdf2, isAffordablePbkdf2, type Pbkdf2Cost, sameKey } from '../key-derivation.js';
import { PasswordVerifier } from '../password-verifier.port.js';

const FORM = /^pbkdf2_sha256\$(\d{1,10})\$([\x21-\x23\x25-\x7e]{1,128})\$([A-Za-z0-9+/]{43}=)$/;

/** What Django writes by default: `pbkdf2_sha256$<iterations>$<salt>$<base64>`. */
export class DjangoPbkdf2Verifier extends PasswordVerifier {
  override reads(hash: string): boolean {
    return readDjango(hash) !== null;
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    const parts = readDjango(hash);
    return parts !== null && sameKey(await derivePbkdf2(password, parts.salt, parts.cost), parts.key);
  }
}

function readDjango(hash: string): { salt: Buffer; key: Buffer; cost: Pbkdf2Cost } | null {
  const [, count, salt, encoded] = FORM.exec(hash) ?? [];
  if (count === undefined || salt === undefined || encoded === undefined) return null;
  const key = Buffer.from(encoded, 'base64');
  const cost = { digest: 'sha256', iterations: Number(count), length: key.length } as const;
  return key.toString('base64') === encoded && isAffordablePbkdf2(cost.digest, cost.iterations, cost.length)
    ? { salt: Buffer.from(salt), key, cost }
    : null;
}
