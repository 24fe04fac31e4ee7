import { Injectable } from '@nestjs/common';
import type { Fields } from '../kernel/fields.js';
import { fold, type Identifier, parseEmail, parseUsername } from '../kernel/identifiers.js';
import { isPlainObject } from '../kernel/json.js';
import { isOneScript } from '../kernel/scripts.js';
import type { UserRow } from './user.store.js';
import { UsersSettings } from './users.options.js';

/** Reads what makes a user out of an input that nobody has checked; faults are noted in the input. */
@Injectable()
export class UserFacts {
  constructor(private readonly settings: UsersSettings) {}

  /** @returns `undefined` when absent or at fault. */
  email(input: Fields, name = 'email'): Identifier | undefined {
    const value = input.raw(name);
    if (value === undefined) return undefined;
    const email = parseEmail(value);
    if (email === null) input.fault(name, typeof value === 'string' ? 'USERS_EMAIL_INVALID' : 'USERS_WRONG_TYPE');
    return email ?? undefined;
  }

  /** As {@link email}; `null` clears, where a user may be without an address. */
  clearableEmail(input: Fields): Identifier | null | undefined {
    if (input.raw('email') !== null) return this.email(input);
    if (this.settings.email !== 'optional') input.fault('email', 'USERS_REQUIRED');
    return null;
  }

  /**
   * An `@` is refused unless the name is the user's own address, so that what is typed at sign-in names one user only. Who names himself
   * may take no reserved name, and none in two scripts, which could look like another's.
   *
   * @param giver who chooses the name.
   * @returns `undefined` when absent or at fault.
   */
  username(input: Fields, ownEmailKey: string | null, giver: 'himself' | 'trusted'): Identifier | undefined {
    const value = input.raw('username');
    if (value === undefined) return undefined;
    const code = this.faultOfUsername(value, ownEmailKey) ?? (giver === 'himself' ? this.faultOfOwnChoice(value as string) : null);
    if (code === null) return parseUsername(value, this.settings.username) ?? undefined;
    input.fault('username', code);
    return undefined;
  }

  /** Display name and profile: what a user may say of himself; `null` clears. */
  personal(input: Fields): Pick<UserRow, 'displayName' | 'profile'> {
    const displayName = this.displayName(input);
    const profile = input.optionalJson('profile', this.settings.jsonBytes);
    return { ...(displayName !== undefined && { displayName }), ...(profile !== undefined && { profile }) };
  }

  /** The server's own JSON: an object, or `null` to clear. */
  data(input: Fields): Pick<UserRow, 'data'> {
    const data = input.optionalJson('data', this.settings.jsonBytes);
    if (data === undefined) return {};
    if (data === null || isPlainObject(data)) return { data };
    input.fault('data', 'USERS_WRONG_TYPE');
    return {};
  }

  /** Notes what is missing, as the option `registration.email` asks. */
  requireIdentifiers(input: Fields): void {
    this.requireNames({ email: input.has('email'), username: input.has('username') }, input);
  }

  /** The same for names that are known from elsewhere; the faults are noted in `input`. */
  requireNames(given: { readonly email: boolean; readonly username: boolean }, input: Fields): void {
    const { email } = this.settings;
    if (email !== 'optional' && !given.email) input.fault('email', 'USERS_REQUIRED');
    if (email === 'asUsername' && given.username) input.fault('username', 'USERS_NOT_ALLOWED');
    if (!given.email && !given.username) input.fault('username', 'USERS_REQUIRED');
  }

  private displayName(input: Fields): string | null | undefined {
    if (input.raw('displayName') === null) return null;
    const text = input.optionalText('displayName', { max: 255 });
    if (text === undefined) return undefined;
    // A line break in a name would be one in a log line or a mail's header.
    const isLine = !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text) && text.trim().length > 0;
    if (!isLine) input.fault('displayName', 'USERS_ILL_FORMED');
    return isLine ? text.trim() : undefined;
  }

  private faultOfUsername(value: unknown, ownEmailKey: string | null): string | null {
    if (typeof value !== 'string') return 'USERS_WRONG_TYPE';
    const { username: rules } = this.settings;
    const name = parseUsername(value, rules);
    const isAddress = name?.key.includes('@') === true && name.key !== ownEmailKey;
    return name === null || isAddress || rules.pattern?.test(name.shown) === false ? 'USERS_USERNAME_INVALID' : null;
  }

  private faultOfOwnChoice(name: string): string | null {
    if (!isOneScript(fold(name))) return 'USERS_USERNAME_MIXED_SCRIPTS';
    return this.settings.username.reserved.some((reserved) => fold(reserved) === fold(name)) ? 'USERS_USERNAME_RESERVED' : null;
  }
}
