import type argon2 from 'argon2';
import type { RandomSource } from '../kernel/random-source.port.js';
import { sameKey } from './key-derivation.js';
import { PasswordHasher } from './password-hasher.port.js';
import { formatPhc, hasParameters, parsePhc, type PhcString } from './phc-string.js';

/** The package `argon2`, loaded by whoever knows that it can be. */
export type Argon2Library = Pick<typeof argon2, 'hash'>;

export interface Argon2Parameters {
  /** In KiB. */
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

const VERSION = 19;
const OLD_VERSION = 16;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
const TYPES: Readonly<Record<string, 0 | 1 | 2>> = { argon2d: 0, argon2i: 1, argon2id: 2 };

/** 256 MiB, four times the largest default of any library we know; three such hashes at once are what a small server has. */
const MAX_MEMORY = 262_144;
const MAX_TIME = 10;
const MAX_PARALLELISM = 16;
/** Memory times passes: what a hash really costs. Four passes over 256 MiB take a good second of one core. */
const MAX_WORK = 4 * MAX_MEMORY;

/** Whether argon2 with these parameters is defined (RFC 9106, section 3.1) and within the caps that also a stored hash must keep. */
export function isAffordableArgon2({ memoryCost: m, timeCost: t, parallelism: p }: Argon2Parameters): boolean {
  return p >= 1 && t >= 1 && m >= 8 * p && p <= MAX_PARALLELISM && t <= MAX_TIME && m <= MAX_MEMORY && m * t <= MAX_WORK;
}

/** argon2id (RFC 9106) in PHC format, with a salt of 16 bytes and a hash of 32; reads argon2i and argon2d too. */
export class Argon2PasswordHasher extends PasswordHasher {
  constructor(
    private readonly argon2: Argon2Library,
    private readonly parameters: Argon2Parameters,
    private readonly random: RandomSource,
  ) {
    super();
  }

  override async hash(password: string): Promise<string> {
    const { memoryCost: m, timeCost: t, parallelism: p } = this.parameters;
    const phc = { id: 'argon2id', version: VERSION, parameters: { m, t, p }, salt: this.random.bytes(SALT_BYTES) };
    return formatPhc({ ...phc, hash: await this.derive(password, phc, HASH_BYTES) });
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    const phc = readArgon2(hash);
    if (phc === null) return false;
    try {
      return sameKey(await this.derive(password, phc, phc.hash.length), phc.hash);
    } catch {
      return false;
    }
  }

  override isOutdated(hash: string): boolean {
    const phc = readArgon2(hash);
    if (phc?.id !== 'argon2id' || phc.version !== VERSION) return true;
    const { memoryCost, timeCost, parallelism } = this.parameters;
    const { m, t, p } = phc.parameters;
    // Stronger ones count as outdated too: a hash that takes longer than an unknown user's tells that its user exists.
    return m !== memoryCost || t !== timeCost || p !== parallelism || phc.salt.length < SALT_BYTES || phc.hash.length < HASH_BYTES;
  }

  override reads(hash: string): boolean {
    return readArgon2(hash) !== null;
  }

  private derive(password: string, { id, version, parameters, salt }: Omit<PhcString, 'hash'>, hashLength: number): Promise<Buffer> {
    const { m: memoryCost = 0, t: timeCost = 0, p: parallelism = 0 } = parameters;
    const type = TYPES[id] ?? 2;
    return this.argon2.hash(password, {
      raw: true,
      type,
      version: version ?? VERSION,
      memoryCost,
      timeCost,
      parallelism,
      salt,
      hashLength,
    });
  }
}

/** @returns the parts of a hash that is worth computing, or `null`. */
function readArgon2(text: string): PhcString | null {
  const phc = parsePhc(text);
  if (phc === null || !Object.hasOwn(TYPES, phc.id) || !hasParameters(phc, ['m', 't', 'p'])) return null;
  if (phc.version !== VERSION && phc.version !== OLD_VERSION) return null;
  const { m = 0, t = 0, p = 0 } = phc.parameters;
  const isWhole = phc.salt.length >= 8 && phc.salt.length <= 64 && phc.hash.length >= 16 && phc.hash.length <= 128;
  return isWhole && isAffordableArgon2({ memoryCost: m, timeCost: t, parallelism: p }) ? phc : null;
}
