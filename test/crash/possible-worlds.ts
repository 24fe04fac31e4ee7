/** What may be true of one person, as far as he can see it himself. */
export interface World {
  readonly isRegistered: boolean;
  readonly isActive: boolean;
  readonly isGone: boolean;
  readonly password: string;
  /** The tokens of his living sessions. */
  readonly sessions: readonly string[];
  /** The reset link that works. */
  readonly reset: string | null;
}

export type Change = (world: World) => World;

const NOBODY: World = { isRegistered: false, isActive: false, isGone: false, password: '', sessions: [], reset: null };

export const registered =
  (password: string): Change =>
  (world) => ({ ...world, isRegistered: true, password });
export const confirmed: Change = (world) => ({ ...world, isActive: true });
export const signedIn =
  (token: string): Change =>
  (world) => ({ ...world, sessions: [...world.sessions, token] });
export const signedOut =
  (token: string): Change =>
  (world) => ({ ...world, sessions: world.sessions.filter((one) => one !== token) });
export const asked =
  (reset: string): Change =>
  (world) => ({ ...world, reset });
/** Ends the other sessions and voids the link. */
export const changed =
  (password: string, kept: string): Change =>
  (world) => ({ ...world, password, sessions: world.sessions.filter((one) => one === kept), reset: null });
/** Uses the link up and ends every session. */
export const reset =
  (password: string): Change =>
  (world) => ({ ...world, password, sessions: [], reset: null });
export const deleted: Change = (world) => ({ ...world, isGone: true });

/**
 * Everything that may be true: one world where every answer came, two where one did not, since then it may have happened or not. A database
 * that shows a world which is not among them has lost what it acknowledged, or done what it did not.
 */
export class PossibleWorlds {
  private worlds: readonly World[] = [NOBODY];

  /** It was answered: it happened. */
  happened(change: Change): void {
    this.worlds = this.worlds.map(change);
  }

  /** No answer: it happened, or it did not. Of several, one at most. */
  mayHaveHappened(...changes: readonly Change[]): void {
    this.worlds = [this.worlds, ...changes.map((change) => this.worlds.map(change))].flat();
  }

  /** @returns whether what was seen is true in none of them; otherwise those remain in which it is. */
  contradicts(seen: (world: World) => boolean): boolean {
    const left = this.worlds.filter(seen);
    if (left.length === 0) return true;
    this.worlds = left;
    return false;
  }

  /** The one that is left where the answers were clear. */
  get likeliest(): World {
    return this.worlds[0] ?? NOBODY;
  }

  isSure(of: (world: World) => boolean): boolean {
    return this.worlds.every(of);
  }

  toString(): string {
    return JSON.stringify(this.worlds);
  }
}
