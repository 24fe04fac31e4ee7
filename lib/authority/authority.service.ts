import { Injectable } from '@nestjs/common';
import { ForbiddenError, InvalidInputError, NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { FOR_ADMINS_ALONE } from '../roles/admin-permissions.js';
import { Memberships } from '../roles/memberships.js';
import { ADMIN, MOST_NAMES, readRightNames, storedNames } from '../roles/right-names.js';
import { permits, Rights } from '../roles/rights.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { PermissionsChanged, RolesChanged } from './authority.events.js';

/** On whose behalf rights are given and taken; a `SessionContext` is one. */
export interface Grantor {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

export interface ResourceRolesRequest {
  /** A kind of resource; left out, the user's own roles and those on every resource. */
  readonly resource?: string | undefined;
  /** One resource of that kind. @default all of them */
  readonly id?: string | undefined;
}

interface Change {
  readonly what: 'permissions' | 'roles';
  readonly names: readonly string[];
  readonly next: (before: readonly string[], names: readonly string[]) => readonly string[];
  /** `undefined` for trusted code, which may give anything. */
  readonly by: Grantor | undefined;
}

const replaced = (_: readonly string[], names: readonly string[]): readonly string[] => names;
const added = (before: readonly string[], names: readonly string[]): readonly string[] => [...new Set([...before, ...names])];
const removed = (before: readonly string[], names: readonly string[]): readonly string[] => before.filter((one) => !names.includes(one));

/** Gives and takes permissions and roles. Live sessions see it at their next request. */
@Injectable()
export class AuthorityService {
  constructor(
    private readonly users: UserStore,
    private readonly rights: Rights,
    private readonly memberships: Memberships,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** @throws NotFoundError, InvalidInputError; ForbiddenError for what `by` does not have himself. */
  setPermissions(ref: UserRef, permissions: unknown, by?: Grantor): Promise<BaseUser> {
    return this.change(ref, { what: 'permissions', names: this.readPermissions(permissions), next: replaced, by });
  }

  /** As {@link setPermissions}, beside those that he has. */
  addPermissions(ref: UserRef, permissions: unknown, by?: Grantor): Promise<BaseUser> {
    return this.change(ref, { what: 'permissions', names: this.readPermissions(permissions), next: added, by });
  }

  /** As {@link setPermissions}; what he does not have is no fault. */
  removePermissions(ref: UserRef, permissions: unknown, by?: Grantor): Promise<BaseUser> {
    return this.change(ref, { what: 'permissions', names: this.readPermissions(permissions), next: removed, by });
  }

  /** @throws NotFoundError; InvalidInputError, also for a role that the option `roles` does not define; ForbiddenError as above. */
  setRoles(ref: UserRef, roles: unknown, by?: Grantor): Promise<BaseUser> {
    const input = Fields.of({ roles });
    const names = readRightNames(input, 'roles');
    if (names.includes(ADMIN)) input.fault('roles', 'USERS_NOT_ALLOWED');
    else if (names.some((role) => !this.rights.knows(role))) input.fault('roles', 'USERS_UNKNOWN_ROLE');
    input.done();
    return this.change(ref, { what: 'roles', names, next: replaced, by });
  }

  /** @throws NotFoundError, InvalidInputError, UnavailableError when the host's memberships cannot be loaded. */
  async getRoles(ref: UserRef, request: ResourceRolesRequest = {}): Promise<string[]> {
    const input = Fields.of(request);
    const resource = input.optionalText('resource', { max: 100 });
    const id = input.optionalText('id');
    if (id !== undefined && resource === undefined) input.fault('resource', 'USERS_REQUIRED');
    input.done();
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    const onResources = this.memberships.rolesIn(await this.memberships.load(user.id, { resource, id }));
    return resource === undefined ? [...new Set([...this.rights.rolesOf(user), ...onResources])] : onResources;
  }

  private readPermissions(permissions: unknown): string[] {
    const input = Fields.of({ permissions });
    const names = readRightNames(input, 'permissions');
    if (names.some((name) => name === ADMIN || name === FOR_ADMINS_ALONE)) input.fault('permissions', 'USERS_NOT_ALLOWED');
    input.done();
    return names;
  }

  private async change(ref: UserRef, change: Change): Promise<BaseUser> {
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) throw new NotFoundError();
    return this.units.run((work) => this.write(work, found.id, change));
  }

  /** Behind the row's lock: two who add at once would otherwise write over each other's list. */
  private async write(work: Work, id: string, { what, names, next, by }: Change): Promise<BaseUser> {
    await this.users.lock(work, id);
    const user = await this.users.findById(work, id);
    if (user === null) throw new NotFoundError();
    const before = storedNames(user[what]);
    const after = next(before, names);
    const touched = [...added(before, after)].filter((name) => before.includes(name) !== after.includes(name));
    if (touched.length === 0) return user;
    if (after.length > MOST_NAMES) throw new InvalidInputError(undefined, { [what]: ['USERS_TOO_MANY'] });
    requireGrantable(by, what, touched);
    await this.users.update(work, id, { [what]: after.length > 0 ? after : null, updatedAt: work.now });
    const Changed = what === 'roles' ? RolesChanged : PermissionsChanged;
    await work.record(new Changed(work.now, id, before, after));
    return (await this.users.findById(work, id)) as BaseUser;
  }
}

/** Nobody gives or takes what he does not have himself. A role he must hold: what it opens need not be a permission. */
function requireGrantable(by: Grantor | undefined, what: Change['what'], names: readonly string[]): void {
  if (by === undefined || by.permissions.includes(ADMIN)) return;
  const isHis = what === 'roles' ? (name: string) => by.roles.includes(name) : (name: string) => permits(by.permissions, name);
  if (!names.every(isHis)) throw new ForbiddenError('You can give and take only what you have yourself.');
}
