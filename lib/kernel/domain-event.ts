/** Something that happened, in the past tense. It holds ids and facts, never a secret. */
export abstract class DomainEvent {
  /** Stable, for logs and forwarding: `session.opened`. */
  abstract readonly name: `${string}.${string}`;
  /** The user it happened to, or `null` when it concerns everybody. */
  abstract readonly userId: string | null;

  constructor(readonly at: Date) {}
}

/** The class of an event, as a key for handlers. */
export type EventType<E extends DomainEvent> = abstract new (...args: never[]) => E;
