import type { BreachChecker } from '../breach-checker.port.js';
import { PasswordRule } from '../password-rule.port.js';

/** Not one that leaked somewhere: whoever has the leak tries it here too (ASVS 5.0, 6.2.12). */
export class BreachedRule extends PasswordRule {
  constructor(private readonly checker: BreachChecker) {
    super();
  }

  override async faultOf(password: string): Promise<'USERS_PASSWORD_BREACHED' | null> {
    return (await this.checker.isBreached(password)) ? 'USERS_PASSWORD_BREACHED' : null;
  }
}
