import { Injectable } from '@nestjs/common';
import { InvalidInputError, type FieldCodes } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import { PasswordHasher } from '../passwords/password-hasher.port.js';
import { emptyUser } from '../users/empty-user.js';
import { OwnFields } from '../users/own-fields.js';
import { UserFacts } from '../users/user-facts.js';
import type { UserRow } from '../users/user.store.js';
import { idOfLegacy } from './legacy-id.js';

/** A user of another system. */
export interface ImportRow {
  /** His id there: the row is imported once, however often it is given. */
  readonly legacyId: string;
  readonly username?: string;
  readonly email?: string;
  /** As the other system stored it: argon2, bcrypt, scrypt, PBKDF2, or a form that one of `passwords.verifiers` reads. */
  readonly passwordHash?: string | null;
  readonly displayName?: string | null;
  readonly isAdmin?: boolean;
  /** Whether the other system had confirmed the address. @default false */
  readonly emailConfirmed?: boolean;
  /** Whether he may sign in. @default true */
  readonly active?: boolean;
  /** A date, or a text in ISO 8601. @default now */
  readonly createdAt?: Date | string;
  readonly profile?: unknown;
  readonly data?: Record<string, unknown> | null;
  readonly [ownField: string]: unknown;
}

/** A row that can be written. */
export interface Candidate {
  readonly row: UserRow & { readonly id: string };
  readonly passwordHash: string | null;
}

const MAX_HASH_LENGTH = 512;

/** Reads the rows of an import; each is checked like any other input. */
@Injectable()
export class ImportRows {
  constructor(
    private readonly facts: UserFacts,
    private readonly ownFields: OwnFields,
    private readonly hasher: PasswordHasher,
  ) {}

  /** @returns the candidate, or what is wrong with the row, by field. */
  read(row: unknown, source: string, now: Date): Candidate | FieldCodes {
    try {
      return this.parse(Fields.of(row), source, now);
    } catch (error) {
      if (error instanceof InvalidInputError) return error.fields ?? { row: ['USERS_WRONG_TYPE'] };
      throw error;
    }
  }

  private parse(input: Fields, source: string, now: Date): Candidate {
    const legacyId = input.text('legacyId');
    this.facts.requireIdentifiers(input);
    const email = this.facts.email(input);
    const username = this.facts.username(input, email?.key ?? null, 'trusted');
    const createdAt = instantOf(input, now);
    const row = {
      ...emptyUser(idOfLegacy(source, legacyId), now),
      ...(username && { username: username.shown, usernameKey: username.key }),
      ...(email && { email: email.shown, emailKey: email.key }),
      ...this.facts.personal(input),
      ...this.facts.data(input),
      ...this.ownFields.readAll(input),
      isAdmin: input.optionalFlag('isAdmin') ?? false,
      createdAt,
      activatedAt: createdAt,
      disabledAt: (input.optionalFlag('active') ?? true) ? null : now,
      emailConfirmedAt: (input.optionalFlag('emailConfirmed') ?? false) ? now : null,
    };
    const passwordHash = this.hashOf(input);
    input.done();
    return { row, passwordHash };
  }

  /** Refused now rather than at the first log-in: a form that nobody reads, or one that would cost too much to verify. */
  private hashOf(input: Fields): string | null {
    if (input.raw('passwordHash') === null) return null;
    const hash = input.optionalText('passwordHash', { max: MAX_HASH_LENGTH });
    if (hash !== undefined && !this.hasher.reads(hash)) input.fault('passwordHash', 'USERS_HASH_UNKNOWN');
    return hash ?? null;
  }
}

function instantOf(input: Fields, now: Date): Date {
  const value = input.raw('createdAt');
  if (value === undefined) return now;
  const at = value instanceof Date || typeof value === 'string' ? new Date(value) : null;
  if (at !== null && !Number.isNaN(at.getTime()) && at <= now) return at;
  input.fault('createdAt', 'USERS_NOT_VALID');
  return now;
}
