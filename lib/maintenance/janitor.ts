import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { RandomSource } from '../kernel/random-source.port.js';

/** Something that grows by itself and must be kept short. */
export interface Sweep {
  /** What is swept, for the log: `sessions`. */
  readonly what: string;
  /** Deletes what is over, in batches, so that no other statement waits long. @returns how many rows. */
  readonly sweep: () => Promise<number>;
}

const INTERVAL = 10 * 60_000;

/**
 * Deletes what is over: sessions, mailed tokens, registrations that nobody confirmed, spent limits. On every node, about every ten
 * minutes, and never all nodes at the same time. A sweep that fails is tried again with the next one.
 */
export class Janitor implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('UsersJanitor');
  private readonly sweeps: Sweep[];
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();

  constructor(
    sweeps: readonly Sweep[],
    private readonly random: RandomSource,
  ) {
    this.sweeps = [...sweeps];
  }

  /** Adds what an extension keeps, behind ours. */
  add(sweep: Sweep): void {
    this.sweeps.push(sweep);
  }

  onApplicationBootstrap(): void {
    this.schedule();
  }

  /** Waits for a sweep that is under way: its connection closes next. */
  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    await this.sweeping;
  }

  /** Sweeps everything once. */
  async sweepAll(): Promise<void> {
    for (const { what, sweep } of this.sweeps) {
      try {
        const rows = await sweep();
        if (rows > 0) this.logger.debug(`Swept ${rows} rows of ${what}.`);
      } catch (error) {
        this.logger.warn(
          `The ${what} could not be swept; it will be tried again: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }

  private schedule(): void {
    // Between half and one and a half of the interval: nodes that were started together drift apart.
    const pause = INTERVAL * (0.5 + this.random.bytes(1).readUInt8(0) / 255);
    this.timer = setTimeout(() => {
      this.sweeping = this.sweepAll().finally(() => this.schedule());
    }, pause);
    this.timer.unref();
  }
}
