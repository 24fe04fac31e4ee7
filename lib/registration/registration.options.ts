import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import type { UsersOptions } from '../users/users.options.js';

export interface RegistrationOptions extends UsersOptions {
  /** Whether strangers may make accounts. @default true */
  readonly open?: boolean;
  /** Whether a registration that needs no confirmation also opens a session. @default false */
  readonly signIn?: boolean;
  /** For samples: the first who becomes active in the life of the database is made administrator. @default false */
  readonly firstUserIsAdmin?: boolean;
}

export interface EmailConfirmationOptions {
  /** @default '12h' */
  readonly tokenLifetime?: Duration;
}

/** The resolved {@link RegistrationOptions} and {@link EmailConfirmationOptions}; lengths in milliseconds. */
export abstract class RegistrationSettings {
  abstract readonly open: boolean;
  abstract readonly signIn: boolean;
  abstract readonly firstUserIsAdmin: boolean;
  abstract readonly confirmationLifetime: number;
}

const NAMES = ['open', 'signIn', 'firstUserIsAdmin', 'username', 'email', 'jsonBytes', 'allowUnconfirmedLogin'];

export function resolveRegistrationOptions(
  registration: RegistrationOptions,
  confirmation: EmailConfirmationOptions,
  issues: Issues,
): RegistrationSettings {
  noteUnknownNames(registration, NAMES, { path: 'registration', issues });
  noteUnknownNames(confirmation, ['tokenLifetime'], { path: 'emailConfirmation', issues });
  const { open = true, signIn = false, firstUserIsAdmin = false } = registration;
  const { tokenLifetime = '12h' } = confirmation;
  const flags = { open, signIn, firstUserIsAdmin };
  for (const [name, value] of Object.entries(flags))
    if (typeof value !== 'boolean') issues.add(`registration.${name}`, 'write true or false.');
  const isGood = isDuration(tokenLifetime) && milliseconds(tokenLifetime) > 0;
  if (!isGood) issues.add('emailConfirmation.tokenLifetime', "write a duration with its unit: '12h'.");
  return { ...flags, confirmationLifetime: milliseconds(isGood ? tokenLifetime : '12h') };
}
