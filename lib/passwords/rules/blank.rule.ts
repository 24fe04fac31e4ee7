import { PasswordRule } from '../password-rule.port.js';

const SOMETHING_VISIBLE = /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}]/u;

/** Not only spaces and what no reader can see. Spaces inside, in front and at the end are welcome. */
export class BlankRule extends PasswordRule {
  override faultOf(password: string): 'USERS_PASSWORD_BLANK' | null {
    return SOMETHING_VISIBLE.test(password) ? null : 'USERS_PASSWORD_BLANK';
  }
}
