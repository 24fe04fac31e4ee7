import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';

/** How many tasks run at once: each may hold a connection of the pool, and requests come first. */
const CONCURRENCY = 4;
/** What waits at most; beyond it the eldest goes, since its requester asks again. */
const MOST_WAITING = 1_000;
/** How long a shutdown waits, in milliseconds: a mail server that hangs must not keep the process alive. */
const LONGEST_SHUTDOWN = 10_000;

/**
 * Work that must not show in an answer: whoever asks for a reset gets his answer at once, and what happens for a known name but not for
 * an unknown one happens afterwards. In memory, best effort; a shutdown waits for it ten seconds.
 */
@Injectable()
export class Background implements BeforeApplicationShutdown {
  private readonly logger = new Logger('UsersBackground');
  private readonly waiting: (() => Promise<void>)[] = [];
  private readonly running = new Set<Promise<void>>();

  /** Runs `task` soon; its failure is logged under `what`, which must hold no secret and name no person. */
  run(what: string, task: () => Promise<unknown>): void {
    this.waiting.push(async () => {
      try {
        await task();
      } catch (error) {
        this.logger.error(`${what} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    if (this.waiting.length > MOST_WAITING) {
      this.waiting.shift();
      this.logger.error(`More than ${MOST_WAITING} tasks wait; the eldest was dropped.`);
    }
    setImmediate(() => this.next());
  }

  /** Waits until nothing is left to do. */
  async settled(): Promise<void> {
    while (this.waiting.length > 0 || this.running.size > 0) {
      this.next();
      await Promise.all(this.running);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), LONGEST_SHUTDOWN)));
    const isDone = await Promise.race([this.settled().then(() => true), patience]);
    clearTimeout(timer);
    if (!isDone) this.logger.error(`${this.running.size + this.waiting.length} tasks were not done in time and are lost.`);
  }

  private next(): void {
    while (this.running.size < CONCURRENCY) {
      const task = this.waiting.shift();
      if (task === undefined) return;
      const run = task().finally(() => {
        this.running.delete(run);
        this.next();
      });
      this.running.add(run);
    }
  }
}
