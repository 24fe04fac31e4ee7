import { type Issues, noteUnknownNames } from '../kernel/issues.js';
import { isPlainObject } from '../kernel/json.js';
import type { RoleDefinitions } from './define-roles.js';
import { ADMIN, isRightName, MOST_NAMES } from './right-names.js';

/** Where a user stands with one of the host's resources: `{ resource: 'list', id: 5, level: 'member' }`. */
export interface Membership {
  /** What kind of thing: letters, digits, `_`, `.` and `:`, and no dash, which parts the names of roles. */
  readonly resource: string;
  readonly id: string | number;
  /** One of `levels`; any other grants nothing. */
  readonly level: string;
}

export interface MembershipsOptions {
  /** From the lowest to the highest. Who stands on one has those below it, too. The first one is what everybody has, and grants no role. */
  readonly levels: readonly string[];
  /** The memberships of a user: all of them, those of one kind of resource, or those of one. More than was asked for does no harm. */
  readonly load: (userId: string, resource?: string, id?: string) => readonly Membership[] | Promise<readonly Membership[]>;
}

/** The resolved options `roles` and `memberships`. */
export abstract class RolesSettings {
  /** What each role permits; `null` where the host defines none, and any name will do. */
  abstract readonly definitions: ReadonlyMap<string, readonly string[]> | null;
  /** `null` where the host has no memberships. */
  abstract readonly memberships: MembershipsOptions | null;
}

const LEVEL = /^[A-Za-z0-9_.:]{1,50}$/;

export function resolveRolesOptions(
  roles: RoleDefinitions | undefined,
  memberships: MembershipsOptions | undefined,
  issues: Issues,
): RolesSettings {
  const entries = Object.entries(roles ?? {});
  for (const [role, permissions] of entries) noteRole(role, permissions, issues);
  if (memberships !== undefined) noteMemberships(memberships, issues);
  // A map, since a role called `constructor` must be as unknown as any other.
  return { definitions: roles === undefined ? null : new Map(entries), memberships: memberships ?? null };
}

function noteRole(role: string, permissions: unknown, issues: Issues): void {
  const path = `roles.${role}`;
  if (role === ADMIN) return issues.add(path, 'administrators have their flag: choose another name, or leave the role out.');
  if (!isRightName(role)) issues.add(path, 'call a role by letters, digits and . : / * - _, at most 100.');
  if (!Array.isArray(permissions) || permissions.length > MOST_NAMES || !permissions.every(isRightName))
    issues.add(path, `give a list of at most ${MOST_NAMES} permissions: ['note:read', 'note:write'].`);
  else if (permissions.includes(ADMIN)) issues.add(path, "a role cannot make administrators: leave 'admin' out, and use setAdmin().");
}

function noteMemberships(memberships: unknown, issues: Issues): void {
  if (!isPlainObject(memberships)) return issues.add('memberships', 'give an object: { levels: [...], load: (userId) => [...] }.');
  noteUnknownNames(memberships, ['levels', 'load'], { path: 'memberships', issues });
  const { levels, load } = memberships;
  const isList = Array.isArray(levels) && levels.length > 1 && levels.every((level) => typeof level === 'string' && LEVEL.test(level));
  if (!isList || new Set(levels).size !== levels.length)
    issues.add(
      'memberships.levels',
      "give at least two different names without a dash, the lowest first: ['public', 'member', 'manager'].",
    );
  if (typeof load !== 'function') issues.add('memberships.load', 'give a function that returns the memberships of a user.');
}
