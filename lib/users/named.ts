/** Whom a mail is about. */
export interface Named {
  readonly id: string;
  readonly username?: string | null | undefined;
  readonly displayName?: string | null | undefined;
}

export function factsOf({ id, username, displayName }: Named): { id: string; username: string | null; displayName: string | null } {
  return { id, username: username ?? null, displayName: displayName ?? null };
}
