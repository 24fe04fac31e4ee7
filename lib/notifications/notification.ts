import type { RequestSource } from '../kernel/request-source.js';

/** The little that a message may want to know of whom it is for. A person wrote the names: escape them. */
export interface NotifiedUser {
  readonly id: string;
  readonly username: string | null;
  readonly displayName: string | null;
}

interface Addressed {
  /** The e-mail address it is for: one, as it is stored. */
  readonly to: string;
  readonly user: NotifiedUser | null;
  /** Where the request came from that caused it. A stranger may have written all of it. */
  readonly from: RequestSource;
}

interface WithToken {
  /** Opens what the notification is about, once: it belongs into this one message and nowhere else. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** Somebody registered with this address; the token confirms it. */
export interface ConfirmEmailNotification extends Addressed, WithToken {
  readonly kind: 'confirm-email';
}

/** Somebody tried to register with an address that has an account. */
export interface AlreadyRegisteredNotification extends Addressed {
  readonly kind: 'already-registered';
}

/** Somebody asked to reset the password; the token sets a new one. */
export interface ResetPasswordNotification extends Addressed, WithToken {
  readonly kind: 'reset-password';
}

export interface PasswordChangedNotification extends Addressed {
  readonly kind: 'password-changed';
  readonly at: Date;
  /** Whether the other sessions ended with the old password. */
  readonly othersEnded: boolean;
}

/** Somebody signed in with a device that the user had not used before. */
export interface NewSignInNotification extends Addressed {
  readonly kind: 'new-sign-in';
  readonly at: Date;
}

/** Somebody can sign in by another provider from now on. */
export interface SignInLinkedNotification extends Addressed {
  readonly kind: 'sign-in-linked';
  /** What the host calls the provider. */
  readonly provider: string;
  readonly at: Date;
}

/** To the new address of a change; the token confirms it. */
export interface ConfirmNewEmailNotification extends Addressed, WithToken {
  readonly kind: 'confirm-new-email';
}

/** To the old address of a change. */
export interface EmailChangingNotification extends Addressed {
  readonly kind: 'email-changing';
  /** In full: show it masked (`maskEmail`), since whoever reads the old mailbox need not learn it. */
  readonly newEmail: string;
}

/** To the old address, when the new one was confirmed. */
export interface EmailChangedNotification extends Addressed {
  readonly kind: 'email-changed';
  /** In full, as in {@link EmailChangingNotification}. */
  readonly newEmail: string;
  readonly at: Date;
}

/** Somebody is asked in; the token lets him choose a password. */
export interface InvitationNotification extends Addressed, WithToken {
  readonly kind: 'invitation';
  /** Who invites, where that was said. A person wrote the names: escape them. */
  readonly invitedBy: NotifiedUser | null;
}

/** What the library has to tell somebody. `kind` tells them apart. */
export type Notification =
  | ConfirmEmailNotification
  | AlreadyRegisteredNotification
  | ResetPasswordNotification
  | PasswordChangedNotification
  | NewSignInNotification
  | SignInLinkedNotification
  | ConfirmNewEmailNotification
  | EmailChangingNotification
  | EmailChangedNotification
  | InvitationNotification;

export type NotificationKind = Notification['kind'];
export type NotificationOf<K extends NotificationKind> = Extract<Notification, { kind: K }>;
