import type { Register } from '../kernel/register.js';
import type { BaseUser, User } from './base-user.js';

/** The host's user class where it is registered, our {@link User} otherwise. */
export type RegisteredUser = Register extends { user: infer U extends BaseUser } ? U : User;
