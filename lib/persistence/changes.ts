import { Injectable } from '@nestjs/common';
import type { Connection, EntityManager } from './connection.js';
import { type Change, InvalidationBus } from './invalidation-bus.port.js';
import { SERVES_ALL } from './joined.js';

/** Which rows have changed, for whoever remembers them: on this node as soon as that is committed, and on the others by the bus. */
@Injectable()
export class Changes {
  static readonly [SERVES_ALL] = true;
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(private readonly bus: InvalidationBus) {
    bus.subscribe((change) => this.tell(change));
  }

  /** Whether every change is heard of, wherever it was made. */
  get areHeard(): boolean {
    return this.bus.isListening;
  }

  onChange(listener: (change: Change) => void): void {
    this.listeners.add(listener);
  }

  /**
   * Runs a statement that changes what a request is told. The change is known before the caller hears that it stands; also where he was told
   * 503 and it was committed all the same, and where nobody knows whether it was.
   */
  write<T>(on: Connection, changed: readonly Change[], statement: (manager: EntityManager) => Promise<T>): Promise<T> {
    return on.ask(async (manager) => {
      try {
        return await statement(manager);
      } finally {
        for (const change of changed) this.note(on, change);
      }
    });
  }

  /** For a statement whose answer says whether anything changed. */
  note(on: Connection, change: Change): void {
    on.whenOver(() => {
      this.tell(change);
      this.bus.publish(change);
    });
  }

  private tell(change: Change): void {
    for (const listener of this.listeners) listener(change);
  }
}
