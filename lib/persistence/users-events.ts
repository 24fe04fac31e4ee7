import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { DomainEvent, EventType } from '../kernel/domain-event.js';

export type EventHandler<E extends DomainEvent> = (event: E) => unknown;
export type TransactionalEventHandler<E extends DomainEvent> = (event: E, manager: EntityManager) => unknown;

interface Subscription {
  readonly type: EventType<DomainEvent>;
  readonly inTransaction: boolean;
  readonly handler: TransactionalEventHandler<DomainEvent>;
}

/**
 * Where a host listens. A handler runs after the commit, or inside the transaction if it asks for that; in there an exception is a veto
 * that undoes the whole unit of work. An exception of an after-commit handler is logged and changes neither the answer nor the data.
 */
@Injectable()
export class UsersEvents {
  private readonly logger = new Logger('UsersEvents');
  private readonly subscriptions = new Set<Subscription>();

  /**
   * Calls `handler` for each event of `type` and its subclasses; `DomainEvent` stands for all.
   *
   * @returns a function that ends the subscription.
   */
  on<E extends DomainEvent>(type: EventType<E>, handler: EventHandler<E>): () => void;
  on<E extends DomainEvent>(type: EventType<E>, handler: TransactionalEventHandler<E>, options: { inTransaction: true }): () => void;
  on<E extends DomainEvent>(type: EventType<E>, handler: TransactionalEventHandler<E>, options?: { inTransaction: true }): () => void {
    const subscription = { type, inTransaction: options?.inTransaction ?? false, handler } as unknown as Subscription;
    this.subscriptions.add(subscription);
    return () => void this.subscriptions.delete(subscription);
  }

  /** Runs the handlers that want to be inside, in the order in which they subscribed; the first exception ends the unit of work. */
  async record(event: DomainEvent, manager: EntityManager): Promise<void> {
    for (const { handler } of this.handlersOf(event, true)) await handler(event, manager);
  }

  /** Starts the after-commit handlers. Nobody waits for them: a handler that hangs must not hold the answer. */
  publish(event: DomainEvent): void {
    for (const { handler } of this.handlersOf(event, false)) {
      void (async () => (handler as EventHandler<DomainEvent>)(event))().catch((error: unknown) => {
        this.logger.error(`A handler of ${event.name} failed: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
  }

  private handlersOf(event: DomainEvent, inTransaction: boolean): Subscription[] {
    return [...this.subscriptions].filter((one) => one.inTransaction === inTransaction && event instanceof one.type);
  }
}
