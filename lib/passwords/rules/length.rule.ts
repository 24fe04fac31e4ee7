import { lengthOf } from '../password-input.js';
import { PasswordRule } from '../password-rule.port.js';

/** At least so many code points: an emoji is one, an `é` is one. */
export class LengthRule extends PasswordRule {
  constructor(private readonly minLength: number) {
    super();
  }

  override faultOf(password: string): 'USERS_PASSWORD_TOO_SHORT' | null {
    return lengthOf(password) < this.minLength ? 'USERS_PASSWORD_TOO_SHORT' : null;
  }
}
