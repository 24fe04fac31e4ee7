import type { UserRow } from './user.store.js';

/** Every column of ours, so that no engine's default decides. */
export function emptyUser(id: string, now: Date): UserRow & { id: string } {
  return {
    id,
    username: null,
    usernameKey: null,
    email: null,
    emailKey: null,
    displayName: null,
    isAdmin: false,
    isService: false,
    roles: null,
    permissions: null,
    profile: null,
    data: null,
    mustChangePassword: false,
    activatedAt: null,
    emailConfirmedAt: null,
    disabledAt: null,
    bannedAt: null,
    bannedUntil: null,
    banReason: null,
    bannedById: null,
    createdAt: now,
    updatedAt: now,
    lastLoginAt: null,
  };
}
