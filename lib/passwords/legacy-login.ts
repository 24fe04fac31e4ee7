/** What another system knows of a user who has just shown it his right password. Ids of that system belong into `data` or an own column. */
export interface LegacyUser {
  readonly username?: string;
  readonly email?: string;
  readonly displayName?: string | null;
  readonly emailConfirmed?: boolean;
  readonly profile?: unknown;
  readonly data?: Record<string, unknown> | null;
  readonly [ownField: string]: unknown;
}

/**
 * Asks the system before this one whether it knows this name with this password; `null` for no. Called at a log-in by a name that is
 * unknown here, after the budgets and the hash that every unknown name costs.
 */
export type LegacyLogin = (login: string, password: string) => Promise<LegacyUser | null>;
