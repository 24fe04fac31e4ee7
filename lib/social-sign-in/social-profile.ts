import { type Fields, faultOfText } from '../kernel/fields.js';
import { type Identifier, parseEmail } from '../kernel/identifiers.js';
import { isLine } from '../kernel/json.js';
import type { IdentityKey } from '../social-identities/social-identity.store.js';

/** Who somebody is at a provider, as the host has read it from an answer of the provider's that he verified. */
export interface SocialProfile {
  /** What the host calls the provider: small letters, digits, dots and dashes, such as `google`. */
  readonly provider: string;
  /** The provider's own unchanging id for the person: OpenID Connect's `sub`, or a numeric id as a text. Never an address. */
  readonly subject: string;
  readonly email?: string | null | undefined;
  /** Whether the provider says that the person reads this address, and the host believes this provider. @default false */
  readonly emailVerified?: boolean | undefined;
  /** What a new user is called. @default none */
  readonly displayName?: string | null | undefined;
}

export interface ReadProfile extends IdentityKey {
  /** The address as the provider told it; for show. */
  readonly email: string | null;
  /** The address, where the provider verified it: what is not verified decides nothing. */
  readonly verified: Identifier | null;
}

const PROVIDER = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const SUBJECT_LENGTH = 255;

/** Reads who somebody is; faults are noted in `input`. An address of a form that we do not take counts as none: it must keep nobody out. */
export function readProfile(input: Fields): ReadProfile {
  const provider = input.text('provider');
  if (provider !== '' && !isProvider(provider)) input.fault('provider', 'USERS_NOT_VALID');
  const subject = input.text('subject', { max: SUBJECT_LENGTH, line: true });
  const text = input.raw('email') === null ? undefined : input.raw('email');
  if (text !== undefined && typeof text !== 'string') input.fault('email', 'USERS_WRONG_TYPE');
  const email = parseEmail(text);
  const isVerified = input.optionalFlag('emailVerified') ?? false;
  return { provider, subject, email: email?.shown ?? null, verified: isVerified ? email : null };
}

/** @returns `null` for what no identity of ours can be, so that nonsense costs no query. */
export function readKey(provider: unknown, subject: unknown): IdentityKey | null {
  return isProvider(provider) && faultOfText(subject, { max: SUBJECT_LENGTH, line: true }) === null
    ? { provider, subject: subject as string }
    : null;
}

export function isProvider(provider: unknown): provider is string {
  return typeof provider === 'string' && PROVIDER.test(provider);
}

/** The name that the provider gives a person, where it can be a display name here. */
export function displayNameIn(input: Fields): string | null {
  const name = input.raw('displayName');
  return faultOfText(name, { line: true }) === null && isLine((name as string).trim()) ? (name as string) : null;
}
