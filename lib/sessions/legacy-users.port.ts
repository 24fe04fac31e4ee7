import type { BaseUser } from '../users/base-user.js';
import type { TypedCredentials } from './credentials.js';

/** Makes a user out of one whom the system before this one knows. The log-in asks; who makes users answers. */
export abstract class LegacyUsers {
  /** @returns the user, made now or a moment ago by another request, or `null` when nobody knows this name with this password. */
  abstract adopt(typed: TypedCredentials): Promise<BaseUser | null>;
}
