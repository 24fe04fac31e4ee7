/** What is no longer as it was when it was read: one session, everything of one user, or anything at all. */
export type Change = { readonly of: 'session' | 'user'; readonly id: string } | { readonly of: 'all' };

/**
 * Tells the nodes of an app what has changed, so that none of them answers from what it remembers. A message may be lost: what it was about
 * is then remembered for as long as `sessions.cache.lifetime` says, and no longer.
 */
export abstract class InvalidationBus {
  /** Whether changes of other nodes are heard at present. While they are not, nothing is answered from memory. */
  abstract readonly isListening: boolean;

  /** Sends a change to the other nodes, soon. It is committed already, so this neither waits nor throws. */
  abstract publish(change: Change): void;

  /** Calls `heard` for each change of another node, and with `all` wherever some may have been missed, before `isListening` is true again. */
  abstract subscribe(heard: (change: Change) => void): () => void;
}
