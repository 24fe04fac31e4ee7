import type { RandomSource } from '../kernel/random-source.port.js';
import { deriveScrypt, isAffordableScrypt, sameKey } from './key-derivation.js';
import { PasswordHasher } from './password-hasher.port.js';
import { formatPhc, hasParameters, parsePhc, type PhcString } from './phc-string.js';

export interface ScryptParameters {
  /** The logarithm of N to base 2. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** OWASP's first choice for scrypt: 128 MiB and about 0.3 seconds a hash. */
export const DEFAULT_SCRYPT: ScryptParameters = { ln: 17, r: 8, p: 1 };

const SALT_BYTES = 16;
const HASH_BYTES = 32;

/**
 * scrypt (RFC 7914) out of Node itself, in PHC format: `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`. Writes where argon2 has no binary, and
 * reads what it wrote there, or what passlib wrote, everywhere.
 */
export class ScryptPasswordHasher extends PasswordHasher {
  constructor(
    private readonly random: RandomSource,
    private readonly parameters: ScryptParameters = DEFAULT_SCRYPT,
  ) {
    super();
  }

  override async hash(password: string): Promise<string> {
    const { ln, r, p } = this.parameters;
    const salt = this.random.bytes(SALT_BYTES);
    const hash = await deriveScrypt(password, salt, { N: 2 ** ln, r, p, length: HASH_BYTES });
    return formatPhc({ id: 'scrypt', version: null, parameters: { ln, r, p }, salt, hash });
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    const phc = readScrypt(hash);
    if (phc === null) return false;
    const { ln = 0, r = 0, p = 0 } = phc.parameters;
    try {
      return sameKey(await deriveScrypt(password, phc.salt, { N: 2 ** ln, r, p, length: phc.hash.length }), phc.hash);
    } catch {
      return false;
    }
  }

  override isOutdated(hash: string): boolean {
    const phc = readScrypt(hash);
    if (phc === null) return true;
    const { ln, r, p } = this.parameters;
    const isSame = phc.parameters['ln'] === ln && phc.parameters['r'] === r && phc.parameters['p'] === p;
    return !isSame || phc.salt.length < SALT_BYTES || phc.hash.length < HASH_BYTES;
  }

  override reads(hash: string): boolean {
    return readScrypt(hash) !== null;
  }
}

function readScrypt(text: string): PhcString | null {
  const phc = parsePhc(text);
  if (phc?.id !== 'scrypt' || phc.version !== null || !hasParameters(phc, ['ln', 'r', 'p'])) return null;
  const { ln = 0, r = 0, p = 0 } = phc.parameters;
  const isWhole = phc.salt.length >= 8 && phc.salt.length <= 64 && phc.hash.length >= 16 && phc.hash.length <= 64;
  return isWhole && ln <= 30 && isAffordableScrypt({ N: 2 ** ln, r, p }) ? phc : null;
}
