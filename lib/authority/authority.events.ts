import { DomainEvent } from '../kernel/domain-event.js';

/** The permissions of a user's own changed; those of his roles are not among them. */
export class PermissionsChanged extends DomainEvent {
  override readonly name = 'user.permissions-changed';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly from: readonly string[],
    readonly to: readonly string[],
  ) {
    super(at);
  }
}

/** The roles of a user changed; those on resources are not among them. */
export class RolesChanged extends DomainEvent {
  override readonly name = 'user.roles-changed';

  constructor(
    at: Date,
    override readonly userId: string,
    readonly from: readonly string[],
    readonly to: readonly string[],
  ) {
    super(at);
  }
}
