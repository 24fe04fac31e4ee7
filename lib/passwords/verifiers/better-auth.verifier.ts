import { deriveScrypt, sameKey } from '../key-derivation.js';
import { PasswordVerifier } from '../password-verifier.port.js';

const FORM = /^([0-9a-f]{32}):([0-9a-f]{128})$/;
const COST = { N: 16_384, r: 16, p: 1, length: 64 };

/** What better-auth writes by default: `<salt>:<key>` in hex, scrypt with fixed parameters over the password in NFKC. */
export class BetterAuthVerifier extends PasswordVerifier {
  override reads(hash: string): boolean {
    return FORM.test(hash);
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    const [, salt, key] = FORM.exec(hash) ?? [];
    if (salt === undefined || key === undefined) return false;
    // The salt is the hex text itself, not the bytes that it spells.
    return sameKey(await deriveScrypt(password.normalize('NFKC'), Buffer.from(salt), COST), Buffer.from(key, 'hex'));
  }
}
