/** The names of a space's tables, without the host's `entityPrefix`. */
export interface Tables {
  readonly users: string;
  readonly passwords: string;
  readonly sessions: string;
  readonly tokens: string;
  readonly devices: string;
  readonly identities: string;
  readonly attempts: string;
  readonly state: string;
  readonly migrations: string;
}

/** @param prefix with its underscore: `'auth_'` gives `auth_users`. */
export function tablesOf(prefix: string): Tables {
  const named = (name: string): string => `${prefix}${name}`;
  return {
    users: named('users'),
    passwords: named('passwords'),
    sessions: named('sessions'),
    tokens: named('tokens'),
    devices: named('devices'),
    identities: named('identities'),
    attempts: named('attempts'),
    state: named('state'),
    migrations: named('migrations'),
  };
}
