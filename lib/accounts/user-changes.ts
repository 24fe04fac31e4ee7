import { Injectable } from '@nestjs/common';
import { InvalidInputError, NotFoundError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { type Identifier, parseEmail } from '../kernel/identifiers.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { PendingNames } from '../registration/pending-names.js';
import { PendingRegistrations } from '../registration/pending-registrations.js';
import type { CreateUserInput } from '../registration/user-creation.js';
import type { BaseUser } from '../users/base-user.js';
import type { FieldSetter } from '../users/field.decorator.js';
import { OwnFields } from '../users/own-fields.js';
import { UserFacts } from '../users/user-facts.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { type UserRow, UserStore } from '../users/user.store.js';
import { UsernameChanged, UserUpdated } from '../users/users.events.js';

/** `undefined` leaves as it is, `null` clears. */
export type UpdateUserInput = {
  readonly [Name in 'displayName' | 'profile' | 'data' | 'mustChangePassword']?: CreateUserInput[Name] | undefined;
} & {
  readonly email?: string | null | undefined;
  readonly [ownField: string]: unknown;
};

/** Who changes a user: he himself, an administrator, or the server's own code. */
export type Editor = Extract<FieldSetter, 'self' | 'admin'> | 'trusted';

interface Change {
  readonly patch: UserRow;
  /** `null` clears, `undefined` leaves. */
  readonly email: Identifier | null | undefined;
}

/** Changes of a user's facts. Each editor may write what his list names, and nothing else in a body has any effect. */
@Injectable()
export class UserChanges {
  constructor(
    private readonly users: UserStore,
    private readonly facts: UserFacts,
    private readonly ownFields: OwnFields,
    private readonly tokens: OneTimeTokens,
    private readonly pending: PendingRegistrations,
    private readonly pendingNames: PendingNames,
    private readonly database: Database,
    private readonly units: UnitOfWork,
  ) {}

  /** @returns `null` when there is no such user. @throws InvalidInputError, EmailTakenError. */
  async update(ref: UserRef, body: unknown, editor: Editor): Promise<BaseUser | null> {
    const change = this.read(Fields.of(body), editor);
    const found = await this.users.find(this.database, keysOf(ref));
    if (found === null) return null;
    return this.units.run((work) => this.write(work, found.id, change));
  }

  /**
   * Gives a user another name; another spelling of the same one is a change too.
   *
   * @throws InvalidInputError for the very same name, UsernameTakenError, NotFoundError.
   */
  async changeUsername(ref: UserRef, username: unknown, giver: 'himself' | 'trusted' = 'trusted'): Promise<BaseUser> {
    const user = await this.users.find(this.database, keysOf(ref));
    if (user === null) throw new NotFoundError();
    const input = Fields.of({ username });
    if (!input.has('username')) input.fault('username', 'USERS_REQUIRED');
    const ownEmail = user.email === null ? null : (parseEmail(user.email)?.key ?? null);
    const name = this.facts.username(input, ownEmail, giver);
    input.done();
    const { shown, key } = name as Identifier;
    return this.pendingNames.retrying(key, () => this.units.run((work) => this.rename(work, user.id, { shown, key })));
  }

  private read(input: Fields, editor: Editor): Change {
    const email = editor === 'self' ? undefined : this.facts.clearableEmail(input);
    const patch = { ...this.facts.personal(input), ...this.own(input, editor), ...(editor === 'trusted' && this.trusted(input)) };
    input.done();
    return { patch, email };
  }

  private email(input: Fields): Identifier | null | undefined {
    return input.raw('email') === null ? null : this.facts.email(input);
  }

  private own(input: Fields, editor: Editor): UserRow {
    return editor === 'trusted' ? this.ownFields.readAll(input) : this.ownFields.read(input, editor);
  }

  private trusted(input: Fields): UserRow {
    const mustChangePassword = input.optionalFlag('mustChangePassword');
    return { ...this.facts.data(input), ...(mustChangePassword !== undefined && { mustChangePassword }) };
  }

  private async write(work: Work, id: string, { patch, email }: Change): Promise<BaseUser | null> {
    if (!(await this.users.update(work, id, { ...patch, updatedAt: work.now }))) return null;
    const isNewEmail = email !== undefined && (await this.writeEmail(work, id, email));
    const fields = [...Object.keys(patch), ...(isNewEmail ? ['email'] : [])];
    if (fields.length > 0) await work.record(new UserUpdated(work.now, id, fields));
    return this.users.findById(work, id);
  }

  /** A changed address is unconfirmed, and links that went to the old one are void. @returns whether it changed. */
  private async writeEmail(work: Work, id: string, email: Identifier | null): Promise<boolean> {
    const user = (await this.users.findById(work, id)) as BaseUser;
    if (email === null) return this.clearEmail(work, user);
    const owner = await this.users.find(work, [{ emailKey: email.key }]);
    // Another spelling of the same mailbox stays confirmed.
    if (owner?.id === id) return this.users.update(work, id, { email: email.shown });
    // Until a registration is confirmed its address is only claimed: the key would keep the mailbox's owner out.
    if (user.activatedAt === null) await this.pending.readdress(work, id, email);
    else await this.tokens.voidAll(work, id, ['reset-password', 'confirm-email', 'change-email']);
    return this.users.update(work, id, {
      email: email.shown,
      emailKey: user.activatedAt === null ? null : email.key,
      emailConfirmedAt: null,
    });
  }

  private async clearEmail(work: Work, { id, username }: BaseUser): Promise<boolean> {
    if (username === null)
      throw new InvalidInputError('Nobody could name this user any more: give a user name first.', { email: ['USERS_REQUIRED'] });
    await this.tokens.voidAll(work, id, ['reset-password', 'confirm-email', 'change-email']);
    return this.users.update(work, id, { email: null, emailKey: null, emailConfirmedAt: null });
  }

  private async rename(work: Work, id: string, name: Identifier): Promise<BaseUser> {
    await this.users.lock(work, id);
    const before = await this.users.findById(work, id);
    if (before === null) throw new NotFoundError();
    if (before.username === name.shown) throw new InvalidInputError('This is the name already.', { username: ['USERS_UNCHANGED'] });
    await this.users.update(work, id, { username: name.shown, usernameKey: name.key });
    await work.record(new UsernameChanged(work.now, id, before.username, name.shown));
    return (await this.users.findById(work, id)) as BaseUser;
  }
}
