import { comparable, loadCommonPasswords } from '../common-passwords.js';
import { PasswordRule } from '../password-rule.port.js';

/** Not one of the passwords everybody tries first, in whatever case: the whole password, never a part of it (NIST SP 800-63B-4). */
export class CommonRule extends PasswordRule {
  override async faultOf(password: string): Promise<'USERS_PASSWORD_TOO_COMMON' | null> {
    const common = await loadCommonPasswords();
    return common.has(comparable(password)) ? 'USERS_PASSWORD_TOO_COMMON' : null;
  }
}
