import { UsersError } from '../kernel/errors.js';

/** 403: a page of another site sent this, and the browser added the session cookie by itself. */
export class CrossSiteError extends UsersError {
  override readonly code = 'USERS_CROSS_SITE';

  constructor() {
    super('forbidden', 'This request comes from another site. If that site is yours, list its origin in http.origins.');
  }
}

/** 415: a body that is not `application/json`, which is also what a page of another site can send without asking. */
export class NotJsonError extends UsersError {
  override readonly code = 'USERS_NOT_JSON';

  constructor() {
    super('unsupported', 'Send the body as application/json.');
  }
}
