import { DomainEvent } from '../kernel/domain-event.js';

abstract class UserEvent extends DomainEvent {
  constructor(
    at: Date,
    override readonly userId: string,
  ) {
    super(at);
  }
}

/** A trusted caller made a user. */
export class UserCreated extends UserEvent {
  override readonly name = 'user.created';
}

/** Somebody registered. He may still have to confirm: then the user is pending, and may never become more. */
export class UserRegistered extends UserEvent {
  override readonly name = 'user.registered';
}

/** A user can sign in from now on: he confirmed, or was vouched for. */
export class UserActivated extends UserEvent {
  override readonly name = 'user.activated';
}

export class UserDeactivated extends UserEvent {
  override readonly name = 'user.deactivated';
}

/** An administrator, or server code, keeps a user out. Told again when reason or end change. */
export class UserBanned extends UserEvent {
  override readonly name = 'user.banned';
  /** For administrators: it may speak of a person. */
  readonly reason: string | null;
  /** `null` for good. */
  readonly until: Date | null;
  readonly byId: string | null;

  constructor(at: Date, userId: string, { reason, until, byId }: Pick<UserBanned, 'reason' | 'until' | 'byId'>) {
    super(at, userId);
    this.reason = reason;
    this.until = until;
    this.byId = byId;
  }
}

/** Somebody lifted a ban. One that ends by itself tells nobody. */
export class UserUnbanned extends UserEvent {
  override readonly name = 'user.unbanned';
}

/** Some of a user's own facts changed; `fields` names them. */
export class UserUpdated extends UserEvent {
  override readonly name = 'user.updated';

  constructor(
    at: Date,
    userId: string,
    readonly fields: readonly string[],
  ) {
    super(at, userId);
  }
}

export class UsernameChanged extends UserEvent {
  override readonly name = 'user.username-changed';

  constructor(
    at: Date,
    userId: string,
    readonly from: string | null,
    readonly to: string,
  ) {
    super(at, userId);
  }
}

/** A user and everything of his is gone from our tables. A handler inside the transaction runs just before, and can still read the row. */
export class UserDeleted extends UserEvent {
  override readonly name = 'user.deleted';
}

export class AdminChanged extends UserEvent {
  override readonly name = 'user.admin-changed';

  constructor(
    at: Date,
    userId: string,
    readonly isAdmin: boolean,
  ) {
    super(at, userId);
  }
}

/** A user has shown that he reads the mail of this address. */
export class EmailConfirmed extends UserEvent {
  override readonly name = 'user.email-confirmed';
}

/** The address changed; the new one is confirmed. */
export class EmailChanged extends UserEvent {
  override readonly name = 'user.email-changed';
}

/** A person is taken out of a user, whose row stays: from now on it is nobody's. */
export class UserAnonymised extends UserEvent {
  override readonly name = 'user.anonymised';
}
