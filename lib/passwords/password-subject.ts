/** Whose password it is, as far as that is known: what he is called must not be his password. */
export interface PasswordSubject {
  readonly username?: string | null;
  readonly email?: string | null;
  readonly displayName?: string | null;
}
