import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestSource } from '../../index.js';

/** The request that runs: who makes it, and from where. */
export interface ActingRequest {
  /** The human: behind an impersonation he who impersonates. `null` for a stranger. */
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly source: RequestSource;
}

/** Tells whoever is far from the request, inside a transaction, which one it is. */
export class ActingRequests {
  private readonly running = new AsyncLocalStorage<ActingRequest>();

  get current(): ActingRequest | undefined {
    return this.running.getStore();
  }

  run<T>(request: ActingRequest, task: () => T): T {
    return this.running.run(request, task);
  }
}
