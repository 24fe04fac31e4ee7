import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { type Duration, InvalidOptionsError } from '../../index.js';
import { milliseconds } from '../../extend.js';

export type SignedLoginAlgorithm = 'HS256' | 'EdDSA' | 'RS256';

/** One key. The first of the list signs, all of them verify, so that a new one can come before the old one goes. */
export interface SignedLoginKey {
  /** Its name, the header's `kid`: 1 to 64 letters, digits and `-_.`. */
  readonly id: string;
  readonly algorithm: SignedLoginAlgorithm;
  /** For HS256 a secret of at least 32 bytes; for the others the private key in PEM (PKCS 8). */
  readonly key: string;
}

export interface SignedLoginsOptions {
  readonly keys: readonly SignedLoginKey[];
  /** The claim `iss`: who makes these tokens, such as the address of the app. */
  readonly issuer: string;
  /** The claim `aud`. @default none */
  readonly audience?: string;
  /** How long one is good, and never longer than its session; from a minute to a day. @default '15m' */
  readonly lifetime?: Duration;
}

export interface ReadyKey {
  readonly id: string;
  readonly algorithm: SignedLoginAlgorithm;
  readonly signing: KeyObject;
  readonly verifying: KeyObject;
}

/** The resolved {@link SignedLoginsOptions}. */
export abstract class JwtSettings {
  abstract readonly keys: readonly [ReadyKey, ...ReadyKey[]];
  abstract readonly issuer: string;
  abstract readonly audience: string | undefined;
  /** In milliseconds. */
  abstract readonly lifetime: number;
}

const KNOWN = ['keys', 'issuer', 'audience', 'lifetime'];
const LEAST_SECRET = 32;
const LEAST_MODULUS = 2_048;
const [SHORTEST, LONGEST] = [milliseconds('1m'), milliseconds('1d')];

/** @throws InvalidOptionsError naming every fault; none of its sentences repeats a key. */
export function resolveJwtOptions(options: SignedLoginsOptions): JwtSettings {
  const { keys = [], issuer = '', audience, lifetime = '15m' } = (options as Partial<SignedLoginsOptions> | null) ?? {};
  const faults = Object.keys(options ?? {})
    .filter((name) => !KNOWN.includes(name))
    .map((name) => `${name}: there is no such option; there are ${KNOWN.join(', ')}.`);
  if (typeof issuer !== 'string' || issuer === '') faults.push('issuer: say who makes the tokens, such as the address of the app.');
  if (audience !== undefined && (typeof audience !== 'string' || audience === '')) faults.push('audience: give a text, or leave it out.');
  const length = lengthOf(lifetime);
  if (!(length >= SHORTEST && length <= LONGEST)) faults.push("lifetime: give a length from '1m' to '1d', such as '15m'.");
  const ready = readyKeys(keys, faults);
  const [first, ...others] = ready;
  if (faults.length > 0 || first === undefined) throw new InvalidOptionsError(faults.map((fault) => `signedLogins: ${fault}`));
  return { keys: [first, ...others], issuer, audience, lifetime: length };
}

function lengthOf(value: unknown): number {
  try {
    return milliseconds(value as Duration);
  } catch {
    return Number.NaN;
  }
}

function readyKeys(keys: unknown, faults: string[]): ReadyKey[] {
  if (!Array.isArray(keys) || keys.length === 0) {
    faults.push("keys: give a list with at least one { id, algorithm: 'EdDSA', key }.");
    return [];
  }
  const ids = keys.map((key) => (key as Partial<SignedLoginKey> | null)?.id);
  if (new Set(ids).size !== ids.length) faults.push('keys: two of them have one id: a token could not say by which it was signed.');
  return keys.flatMap((key: SignedLoginKey | null, index) => {
    const ready = readyKey(key);
    if (typeof ready !== 'string') return [ready];
    faults.push(`keys[${index}]: ${ready}`);
    return [];
  });
}

/** @returns what is wrong with it, where it is no key. */
function readyKey(given: SignedLoginKey | null): ReadyKey | string {
  const { id, algorithm, key } = given ?? ({} as Partial<SignedLoginKey>);
  if (typeof id !== 'string' || !/^[\w.-]{1,64}$/.test(id)) return 'id: give 1 to 64 letters, digits and -_.';
  if (typeof key !== 'string') return 'key: give a text.';
  if (algorithm === 'HS256') {
    if (Buffer.byteLength(key) < LEAST_SECRET)
      return `key: a secret of at least ${LEAST_SECRET} bytes; make one with "openssl rand -base64 48".`;
    const secret = createSecretKey(Buffer.from(key));
    return { id, algorithm, signing: secret, verifying: secret };
  }
  if (algorithm !== 'EdDSA' && algorithm !== 'RS256') return "algorithm: write 'HS256', 'EdDSA' or 'RS256'.";
  const signing = privateKeyIn(key);
  if (signing === null) return 'key: give the private key in PEM, as "openssl genpkey -algorithm ed25519" prints it.';
  const isOfKind = algorithm === 'EdDSA' ? signing.asymmetricKeyType === 'ed25519' : isLongRsa(signing);
  return isOfKind
    ? { id, algorithm, signing, verifying: createPublicKey(signing) }
    : 'key: it is not one for this algorithm, or too short.';
}

function isLongRsa({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean {
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_MODULUS;
}

function privateKeyIn(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
