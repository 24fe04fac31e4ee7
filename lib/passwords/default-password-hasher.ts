import { Logger } from '@nestjs/common';
import type { RandomSource } from '../kernel/random-source.port.js';
import { type Argon2Library, Argon2PasswordHasher } from './argon2-password-hasher.js';
import { DelegatingPasswordHasher } from './delegating-password-hasher.js';
import type { PasswordHasher } from './password-hasher.port.js';
import type { PasswordsSettings } from './passwords.options.js';
import { ScryptPasswordHasher } from './scrypt-password-hasher.js';
import { AspNetIdentityVerifier } from './verifiers/aspnet-identity.verifier.js';
import { BcryptVerifier } from './verifiers/bcrypt.verifier.js';
import { BetterAuthVerifier } from './verifiers/better-auth.verifier.js';
import { DjangoPbkdf2Verifier } from './verifiers/django-pbkdf2.verifier.js';

/**
 * The hasher of a host that names none: writes argon2id, reads the other forms. Where argon2 cannot be loaded (its package has no binary
 * for Intel Macs and for Windows on ARM), scrypt writes instead, and says so loudly. For an async factory: `argon2` is loaded here, at
 * start-up, so that a missing binary shows before the first log-in.
 */
export async function defaultPasswordHasher(
  settings: PasswordsSettings,
  random: RandomSource,
  load: () => Promise<Argon2Library> = loadArgon2,
): Promise<PasswordHasher> {
  const scrypt = new ScryptPasswordHasher(random);
  // The host's come first, so that one of them can read a form of ours in its own way.
  const others = [
    ...settings.verifiers,
    scrypt,
    new BcryptVerifier(),
    new BetterAuthVerifier(),
    new DjangoPbkdf2Verifier(),
    new AspNetIdentityVerifier(),
  ];
  try {
    return new DelegatingPasswordHasher(new Argon2PasswordHasher(await load(), settings.argon2, random), others);
  } catch (error) {
    new Logger('PasswordHasher').error(
      `The package argon2 cannot be loaded here, so new passwords are hashed with scrypt (N=2^17, r=8, p=1), which is slower. ` +
        `Hashes that argon2 wrote on another machine cannot be verified on this one. ` +
        `The reason: ${error instanceof Error ? error.message : String(error)}`,
    );
    return new DelegatingPasswordHasher(scrypt, others);
  }
}

async function loadArgon2(): Promise<Argon2Library> {
  return (await import('argon2')).default;
}
