import { type PasswordFault, PasswordRule } from '../password-rule.port.js';
import type { PasswordSubject } from '../password-subject.js';
import type { PasswordCheck } from '../passwords.options.js';

/** The host's own check. Its exception is not caught: only the host can say whether a check that failed lets a password through. */
export class HostRule extends PasswordRule {
  constructor(private readonly check: PasswordCheck) {
    super();
  }

  override async faultOf(password: string, about: PasswordSubject): Promise<PasswordFault | null> {
    const fault: unknown = await this.check(password, about);
    if (fault === null || fault === undefined) return null;
    // `false` could mean either; a guess would let weak passwords in, or nobody.
    if (typeof fault !== 'string' || fault === '') throw new TypeError('passwords.check must return a code that says why, or null.');
    return fault;
  }
}
