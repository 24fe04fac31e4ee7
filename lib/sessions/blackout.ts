import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { Fields } from '../kernel/fields.js';
import type { Connection } from '../persistence/connection.js';
import { Database } from '../persistence/database.js';
import { StateStore } from '../persistence/state.store.js';
import { UnitOfWork } from '../persistence/unit-of-work.js';
import { BlackoutChanged, SessionsEnded } from './sessions.events.js';

/** Covers what other nodes, whose clocks may be a little behind, open while this is said. */
const USUAL_LEAD = 10_000;
/** Nobody can sign in before the instant is past, administrators neither: a slip of the pen must not shut them out for years. */
const LONGEST_LEAD = 86_400_000;

/**
 * One instant for the whole space: sessions opened at or before it are refused. It costs one row, however many sessions there are, and is
 * read with each session, so that it is felt at the next request.
 */
@Injectable()
export class Blackout {
  constructor(
    private readonly state: StateStore,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** @returns the instant in force: one that stands and is later stays, so that nothing that it shut out comes back. */
  async set(instant: unknown): Promise<Date> {
    const at = this.read(instant);
    return this.units.run(async (work) => {
      await this.state.lock(work, 'blackout');
      const standing = await this.find(work);
      const blackoutAt = standing !== null && standing > at ? standing : at;
      await this.state.set(work, 'blackout', blackoutAt.getTime());
      await work.record(new BlackoutChanged(work.now, blackoutAt));
      await work.record(new SessionsEnded(work.now, null));
      return blackoutAt;
    });
  }

  get(): Promise<Date | null> {
    return this.find(this.database);
  }

  /** @returns whether one stood. */
  clear(): Promise<boolean> {
    return this.units.run(async (work) => {
      await this.state.lock(work, 'blackout');
      if ((await this.find(work)) === null) return false;
      await this.state.set(work, 'blackout', null);
      await work.record(new BlackoutChanged(work.now, null));
      return true;
    });
  }

  private async find(on: Connection): Promise<Date | null> {
    return blackoutOf(await this.state.get(on, 'blackout'));
  }

  private read(instant: unknown): Date {
    const now = this.clock.now();
    if (instant === undefined) return after(now, USUAL_LEAD);
    const input = Fields.of({ at: instant });
    const at = input.optionalInstant('at');
    if (at !== undefined && at > after(now, LONGEST_LEAD)) input.fault('at', 'USERS_NOT_VALID');
    input.done();
    return at as Date;
  }
}

/** The instant out of the row of state. */
export function blackoutOf(value: unknown): Date | null {
  return typeof value === 'number' ? new Date(value) : null;
}
