import type { BaseUser, User } from './base-user.js';

/**
 * What a host tells the compiler once:
 * `declare module 'nestjs-users' { interface Register { user: AppUser } }`.
 * Services, `CurrentUser` and its field names follow.
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- filled by the host through declaration merging
export interface Register {}

/** The host's user class where it is registered, our {@link User} otherwise. */
export type RegisteredUser = Register extends { user: infer U extends BaseUser } ? U : User;
