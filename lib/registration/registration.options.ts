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
  /** How long the link of an invitation lives. @default '1d' */
  readonly invitationLifetime?: Duration;
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
  abstract readonly invitationLifetime: number;
}

const NAMES = ['open', 'signIn', 'firstUserIsAdmin', 'username', 'email', 'jsonBytes', 'allowUnconfirmedLogin', 'invitationLifetime'];

export function resolveRegistrationOptions(
  registration: RegistrationOptions,
  confirmation: EmailConfirmationOptions,
  issues: Issues,
): RegistrationSettings {
  noteUnknownNames(registration, NAMES, { path: 'registration', issues });
  noteUnknownNames(confirmation, ['tokenLifetime'], { path: 'emailConfirmation', issues });
  const { open = true, signIn = false, firstUserIsAdmin = false, invitationLifetime = '1d' } = registration;
  const { tokenLifetime = '12h' } = confirmation;
  const flags = { open, signIn, firstUserIsAdmin };
  for (const [name, value] of Object.entries(flags))
    if (typeof value !== 'boolean') issues.add(`registration.${name}`, 'write true or false.');
  return {
    ...flags,
    confirmationLifetime: lifetimeOf(tokenLifetime, 'emailConfirmation.tokenLifetime', issues),
    invitationLifetime: lifetimeOf(invitationLifetime, 'registration.invitationLifetime', issues),
  };
}

function lifetimeOf(given: unknown, name: string, issues: Issues): number {
  if (isDuration(given) && milliseconds(given) > 0) return milliseconds(given);
  issues.add(name, "write a duration with its unit: '12h'.");
  return milliseconds('12h');
}
