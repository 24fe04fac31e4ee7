import { Injectable } from '@nestjs/common';
import { InvalidInputError } from '../kernel/errors.js';
import { BreachChecker, NoBreachChecker } from './breach-checker.port.js';
import { canonicalPassword, faultOfPassword } from './password-input.js';
import type { PasswordRule } from './password-rule.port.js';
import type { PasswordSubject } from './password-subject.js';
import { WeakPasswordError } from './passwords.errors.js';
import { PasswordsSettings } from './passwords.options.js';
import { BlankRule } from './rules/blank.rule.js';
import { BreachedRule } from './rules/breached.rule.js';
import { ClassesRule } from './rules/classes.rule.js';
import { CommonRule } from './rules/common.rule.js';
import { HostRule } from './rules/host.rule.js';
import { LengthRule } from './rules/length.rule.js';
import { SimilarRule } from './rules/similar.rule.js';

/** What a new password must be. Every path that sets one asks here first: registration, change, reset, administrators, imports. */
@Injectable()
export class PasswordPolicy {
  private readonly rules: readonly PasswordRule[];
  private readonly last: PasswordRule;

  constructor(
    private readonly settings: PasswordsSettings,
    breaches: BreachChecker = new NoBreachChecker(),
  ) {
    const { minLength, minClasses, contextWords, check } = settings;
    this.rules = [
      new LengthRule(minLength),
      new BlankRule(),
      new CommonRule(),
      new SimilarRule(contextWords),
      ...(minClasses > 0 ? [new ClassesRule(minClasses)] : []),
      ...(check === null ? [] : [new HostRule(check)]),
    ];
    this.last = new BreachedRule(breaches);
  }

  /**
   * Checks a new password against every rule.
   *
   * @param field the input's name in `fields` of the errors.
   * @returns the password in NFC: what to hash.
   * @throws InvalidInputError when it is no text, ill-formed or too long.
   * @throws WeakPasswordError naming every rule that it breaks; the leaks are asked last, and only where no other rule refuses.
   */
  async check(password: unknown, about: PasswordSubject, field = 'password'): Promise<string> {
    const canonical = this.parse(password, field);
    const faults = await Promise.all(this.rules.map(async (rule) => rule.faultOf(canonical, about)));
    const found = faults.filter((fault) => fault !== null);
    if (found.length > 0) throw new WeakPasswordError(field, found);
    // Another service is asked only about what would pass.
    const breached = await this.last.faultOf(canonical, about);
    if (breached !== null) throw new WeakPasswordError(field, [breached]);
    return canonical;
  }

  /**
   * Reads a password that is to be verified, before any look-up: whatever user it is for, what is no password costs no hash.
   *
   * @returns the password in NFC.
   * @throws InvalidInputError when it is no text, empty, ill-formed or too long.
   */
  read(password: unknown, field = 'password'): string {
    if (password === '') throw new InvalidInputError(undefined, { [field]: ['USERS_EMPTY'] });
    return this.parse(password, field);
  }

  private parse(password: unknown, field: string): string {
    const fault = faultOfPassword(password, this.settings.maxLength);
    if (fault !== null) throw new InvalidInputError(undefined, { [field]: [fault] });
    return canonicalPassword(password as string);
  }
}
