/** How two sessions hang together while somebody acts in another's name: each names the other. */
export type Acting = ActingFor | Parked;

/** Of a session in another's name. */
export interface ActingFor {
  readonly as: 'acting';
  /** The session of his own from which he acts, and to which he returns. */
  readonly sessionId: string;
  /** What the human behind it is called. */
  readonly name: string | null;
  readonly reason: string;
  /** What that session's end was, in milliseconds, and whether somebody chose it: it has them again afterwards. */
  readonly endsAt: number | null;
  readonly fixed: boolean;
}

/** Of the session that waits for its owner meanwhile: nobody holds its token. */
export interface Parked {
  readonly as: 'parked';
  readonly sessionId: string;
  /** As whom he acts. */
  readonly userId: string;
}
