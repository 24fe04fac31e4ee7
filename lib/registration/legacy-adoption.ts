import { Injectable } from '@nestjs/common';
import { InvalidInputError, UnavailableError } from '../kernel/errors.js';
import { isPlainObject } from '../kernel/json.js';
import type { LegacyUser } from '../passwords/legacy-login.js';
import { PasswordsSettings } from '../passwords/passwords.options.js';
import { Passwords } from '../passwords/passwords.service.js';
import { Database } from '../persistence/database.js';
import { withDeadline } from '../persistence/deadline.js';
import type { TypedCredentials } from '../sessions/credentials.js';
import { LegacyUsers } from '../sessions/legacy-users.port.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import { EmailTakenError, UsernameTakenError } from '../users/users.errors.js';
import { UserCreation } from './user-creation.js';

/** How long a log-in waits for the other system, in milliseconds. */
const LONGEST_ANSWER = 10_000;

/** Makes users of those whom `passwords.legacyLogin` knows, one by one as they come. */
@Injectable()
export class LegacyAdoption extends LegacyUsers {
  constructor(
    private readonly settings: PasswordsSettings,
    private readonly creation: UserCreation,
    private readonly passwords: Passwords,
    private readonly users: UserStore,
    private readonly database: Database,
  ) {
    super();
  }

  /** @throws UnavailableError when the old system cannot answer: that says nothing about the password. */
  override async adopt({ ref, login, password }: TypedCredentials): Promise<BaseUser | null> {
    const known = await this.ask(login, password);
    if (known === null) return null;
    try {
      return await this.creation.adopt(known, password);
    } catch (error) {
      // What the old system says of a user is not what the person typed.
      if (error instanceof InvalidInputError) throw new UnavailableError(error);
      if (!(error instanceof UsernameTakenError || error instanceof EmailTakenError)) throw error;
      return this.madeMeanwhile({ ref, password });
    }
  }

  private async ask(login: string, password: string): Promise<LegacyUser | null> {
    const { legacyLogin } = this.settings;
    if (legacyLogin === null) return null;
    try {
      const asked = Promise.resolve(legacyLogin(login, password));
      const known: unknown = (await withDeadline(asked, LONGEST_ANSWER, 'passwords.legacyLogin')) ?? null;
      if (known !== null && !isPlainObject(known)) throw new TypeError('passwords.legacyLogin answers a user as a plain object, or null.');
      return known;
    } catch (error) {
      throw new UnavailableError(error);
    }
  }

  /** Two first log-ins at once: the second finds what the first has made, if what it typed leads there. */
  private async madeMeanwhile({ ref, password }: Pick<TypedCredentials, 'ref' | 'password'>): Promise<BaseUser | null> {
    const user = await this.users.find(this.database, keysOf(ref));
    return user !== null && (await this.passwords.prove(this.database, user.id, password)) !== null ? user : null;
  }
}
