import { type BaseUser, type Session, type SessionContext, User } from '../../index.js';

/** Who is signed in where nobody logged in. */
export interface SignedInOptions<U extends BaseUser = BaseUser> {
  /** The host's user class: `request.user` is an instance of it. @default User */
  readonly user?: new () => U;
  /** What differs from a complete session of today; `needs: ['new-password']` gives one that is not complete. @default {} */
  readonly session?: Partial<Session>;
  /** As `http.publicKey` in the application: the metadata key of the host's own `@Public()`. @default none */
  readonly publicKey?: string;
}

const USER_ID = '019b0000-0000-7000-8000-000000000001';
const SESSION_ID = '019b0000-0000-7000-8000-000000000002';
const SINCE = '2026-11-03T09:12:00.000Z';

const NOBODY_IN_PARTICULAR = {
  id: USER_ID,
  username: null,
  email: null,
  displayName: null,
  isAdmin: false,
  isService: false,
  roles: null,
  permissions: null,
  profile: null,
  data: null,
  mustChangePassword: false,
  emailConfirmedAt: null,
  disabledAt: null,
  bannedAt: null,
  bannedUntil: null,
  banReason: null,
  bannedById: null,
  lastLoginAt: null,
  status: 'active',
} as const;

/** A session as if `facts` had logged in: what is left out is as in a fresh, active account without rights. */
export function pretendedSession<U extends BaseUser>(facts: Partial<U>, { user, session }: SignedInOptions<U>): SessionContext<U> {
  const at = (): Date => new Date(SINCE);
  const dates = { activatedAt: at(), createdAt: at(), updatedAt: at() };
  const signedIn: U = Object.assign(new (user ?? (User as unknown as new () => U))(), NOBODY_IN_PARTICULAR, dates, facts);
  return {
    user: signedIn,
    session: { ...sessionOf(signedIn.id, at), ...session },
    roles: withFlag(signedIn, signedIn.roles),
    permissions: withFlag(signedIn, signedIn.permissions),
    scopes: null,
  };
}

/** As the real check: the flag shows among both. */
function withFlag({ isAdmin }: BaseUser, names: readonly string[] | null): string[] {
  return [...(isAdmin ? ['admin'] : []), ...(names ?? [])];
}

function sessionOf(userId: string, at: () => Date): Session {
  return {
    id: SESSION_ID,
    userId,
    createdAt: at(),
    lastSeenAt: at(),
    authenticatedAt: at(),
    recentUntil: new Date('9999-01-01T00:00:00.000Z'),
    expiresAt: null,
    ip: null,
    userAgent: null,
    device: 'Unknown device',
    kind: 'session',
    needs: [],
    actor: null,
    data: null,
  };
}
