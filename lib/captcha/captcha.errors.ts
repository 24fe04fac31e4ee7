import { UsersError } from '../kernel/errors.js';

/** 403: this needs the answer of a captcha, and none was shown. Ask for it, then send the same again with `captcha`. */
export class CaptchaNeededError extends UsersError {
  override readonly code = 'USERS_CAPTCHA_NEEDED';

  constructor() {
    super('forbidden', 'Show that you are a person, then try again.');
  }
}

/** 403: the answer of a captcha that was shown is not good, or not good any more. */
export class CaptchaWrongError extends UsersError {
  override readonly code = 'USERS_CAPTCHA_WRONG';

  constructor() {
    super('forbidden', 'That does not show that you are a person. Try again.');
  }
}
