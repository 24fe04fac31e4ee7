import { type Duration, isDuration, milliseconds } from '../kernel/duration.js';
import { parseEmail } from '../kernel/identifiers.js';
import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import type { UsersOptions } from '../users/users.options.js';

export interface RegistrationOptions extends UsersOptions {
  /** Whether strangers may make accounts. @default true */
  readonly open?: boolean;
  /** Whether a registration that needs no confirmation also opens a session. @default false */
  readonly signIn?: boolean;
  /** For samples: the first who becomes active in the life of the database is made administrator. @default false */
  readonly firstUserIsAdmin?: boolean;
  /** Whoever confirms this address is made administrator, once in the life of the database and while there is none. @default none */
  readonly firstAdmin?: string;
  /** Whether the start writes a link into the log, while there is no administrator, by which the first one is made. @default false */
  readonly firstAdminLink?: boolean;
  /** How long that link lives. @default '1h' */
  readonly firstAdminLinkLifetime?: Duration;
  /** Who may make users by `createAs()`: with the permission `users.create`, or everybody who is signed in. @default 'admin' */
  readonly createRequires?: 'admin' | 'anyUser';
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
  /** The key of the address; `null` for none. */
  abstract readonly firstAdmin: string | null;
  abstract readonly firstAdminLink: boolean;
  abstract readonly firstAdminLinkLifetime: number;
  abstract readonly createRequires: 'admin' | 'anyUser';
  abstract readonly confirmationLifetime: number;
  abstract readonly invitationLifetime: number;
}

const NAMES = [
  ...['open', 'signIn', 'firstUserIsAdmin', 'firstAdmin', 'firstAdminLink', 'firstAdminLinkLifetime', 'invitationLifetime'],
  ...['username', 'email', 'jsonBytes', 'allowUnconfirmedLogin', 'createRequires'],
];

export function resolveRegistrationOptions(
  registration: RegistrationOptions,
  confirmation: EmailConfirmationOptions,
  issues: Issues,
): RegistrationSettings {
  noteUnknownNames(registration, NAMES, { path: 'registration', issues });
  noteUnknownNames(confirmation, ['tokenLifetime'], { path: 'emailConfirmation', issues });
  const { open = true, signIn = false, firstUserIsAdmin = false, firstAdminLink = false } = registration;
  const { createRequires = 'admin', invitationLifetime = '1d', firstAdminLinkLifetime = '1h' } = registration;
  const { tokenLifetime = '12h' } = confirmation;
  const flags = { open, signIn, firstUserIsAdmin, firstAdminLink };
  for (const [name, value] of Object.entries(flags))
    if (typeof value !== 'boolean') issues.add(`registration.${name}`, 'write true or false.');
  if (!['admin', 'anyUser'].includes(createRequires)) issues.add('registration.createRequires', "write 'admin' or 'anyUser'.");
  return {
    ...flags,
    createRequires,
    firstAdmin: firstAdminOf(registration, issues),
    firstAdminLinkLifetime: lifetimeOf(firstAdminLinkLifetime, 'registration.firstAdminLinkLifetime', issues),
    confirmationLifetime: lifetimeOf(tokenLifetime, 'emailConfirmation.tokenLifetime', issues),
    invitationLifetime: lifetimeOf(invitationLifetime, 'registration.invitationLifetime', issues),
  };
}

function firstAdminOf({ firstAdmin, firstUserIsAdmin }: RegistrationOptions, issues: Issues): string | null {
  if (firstAdmin === undefined) return null;
  const address = parseEmail(firstAdmin);
  if (address === null) issues.add('registration.firstAdmin', "give one address, such as 'ann@example.com'.");
  if (firstUserIsAdmin === true)
    issues.add('registration.firstAdmin', 'with firstUserIsAdmin somebody else may be first: leave one of the two out.');
  return address?.key ?? null;
}

function lifetimeOf(given: unknown, name: string, issues: Issues): number {
  if (isDuration(given) && milliseconds(given) > 0) return milliseconds(given);
  issues.add(name, "write a duration with its unit: '12h'.");
  return milliseconds('12h');
}
