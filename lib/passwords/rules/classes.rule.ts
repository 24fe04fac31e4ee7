import { PasswordRule } from '../password-rule.port.js';

/** Letters without case (Chinese, Arabic) stand as a class of their own, so that nobody has to borrow Latin ones. */
const CLASSES = [/\p{Lu}|\p{Lt}/u, /\p{Ll}/u, /\p{Lo}|\p{Lm}/u, /\p{N}/u, /[^\p{L}\p{N}\p{M}]/u];

/**
 * Characters of so many classes: capitals, small letters, letters without case, digits, everything else. For hosts that must; NIST and
 * OWASP ask for no such rule.
 */
export class ClassesRule extends PasswordRule {
  constructor(private readonly minClasses: number) {
    super();
  }

  override faultOf(password: string): 'USERS_PASSWORD_TOO_SIMPLE' | null {
    return CLASSES.filter((one) => one.test(password)).length < this.minClasses ? 'USERS_PASSWORD_TOO_SIMPLE' : null;
  }
}
