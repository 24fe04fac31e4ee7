import type { BaseUser, UserStatus } from './base-user.js';
import { type FieldReader, ownFieldsOf } from './field.decorator.js';

/** What may leave the process of a user. Own fields stand beside these. */
export interface UserView {
  readonly id: string;
  readonly username: string | null;
  readonly email: string | null;
  readonly displayName: string | null;
  readonly status: UserStatus;
  readonly isAdmin: boolean;
  readonly emailConfirmedAt: Date | null;
  readonly mustChangePassword: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastLoginAt: Date | null;
  readonly profile: unknown;
  /** For administrators alone: whether it is a program's account, and his own rights, without those that his roles bring. */
  readonly isService?: boolean;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly [ownField: string]: unknown;
}

/** Picks by name: a column that nobody listed is not shown. */
export function userView(user: BaseUser, reader: FieldReader): UserView {
  const own = ownFieldsOf(user).filter((field) => field.show.includes(reader));
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    displayName: user.displayName,
    status: user.status,
    isAdmin: user.isAdmin,
    emailConfirmedAt: user.emailConfirmedAt,
    mustChangePassword: user.mustChangePassword,
    createdAt: user.createdAt,
    updatedAt: user.updatedAt,
    lastLoginAt: user.lastLoginAt,
    profile: user.profile,
    ...(reader === 'admin' && { isService: user.isService, roles: user.roles ?? [], permissions: user.permissions ?? [] }),
    ...Object.fromEntries(own.map((field) => [field.name, (user as unknown as Record<string, unknown>)[field.name] ?? null])),
  };
}
