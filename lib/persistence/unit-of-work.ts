import type { EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.port.js';
import { UnavailableError } from '../kernel/errors.js';
import type { Database } from './database.js';
import { dataSourceOf } from './data-source-of.js';
import { withDeadline } from './deadline.js';
import { HostCommits } from './host-commits.js';
import { isRetriable } from './unavailable.js';
import type { UsersEvents } from './users-events.js';
import { Work } from './work.js';

export { Work } from './work.js';

const RETRIES = 3;
/** A unit of work is a handful of statements; beyond this many answers' time the database counts as hung. */
const DEADLINE_FACTOR = 5;

type Task<T> = (work: Work) => Promise<T>;

/** One try. When its caller was told 503, it must not commit behind his back. */
interface Attempt {
  givenUp: boolean;
}

/** Runs a task in one transaction and lets its events out after the commit. */
export class UnitOfWork {
  private host: EntityManager | null = null;

  constructor(
    private readonly database: Database,
    private readonly events: UsersEvents,
    private readonly clock: Clock,
  ) {}

  /**
   * Joins the caller's open transaction: tasks run in it, one after another, each undone alone when it fails; their events go out after
   * the caller's commit, or never.
   *
   * @throws Error when `manager` is not inside a transaction, or belongs to another DataSource.
   */
  within(manager: EntityManager): UnitOfWork {
    if (dataSourceOf(manager) !== this.database.dataSource) {
      throw new Error('within() takes the EntityManager of the DataSource that holds the user tables; this one belongs to another.');
    }
    if (manager.queryRunner?.isTransactionActive !== true) {
      throw new Error(
        'within() takes the EntityManager of an open transaction: dataSource.transaction((manager) => users.within(manager)...).',
      );
    }
    const joined = new UnitOfWork(this.database, this.events, this.clock);
    joined.host = manager;
    return joined;
  }

  /**
   * The first statement of `task` must be a write to the row that the rule is about (the user's, or the state's): that write is the
   * lock, on all engines alike. `task` may run again after a deadlock, so it must not hash, send or wait for anything but statements.
   *
   * @throws UnavailableError when the database is down, hangs, or still deadlocks at the third retry.
   */
  async run<T>(task: Task<T>): Promise<T> {
    for (let attempt = 0; ; attempt += 1) {
      const askedAt = performance.now();
      try {
        const value = await this.inTime(task);
        this.database.outage.answered(askedAt);
        return value;
      } catch (error) {
        if (!isRetriable(error)) throw this.database.outage.judge(error, askedAt);
        // A deadlock undid the host's transaction as well; only the host can start that again.
        if (attempt === RETRIES || this.host !== null) throw new UnavailableError(error);
        await this.pause(attempt);
      }
    }
  }

  private async inTime<T>(task: Task<T>): Promise<T> {
    const attempt: Attempt = { givenUp: false };
    try {
      return await withDeadline(this.once(task, attempt), this.database.timeout * DEADLINE_FACTOR);
    } catch (error) {
      attempt.givenUp = true;
      throw error;
    }
  }

  private async once<T>(task: Task<T>, attempt: Attempt): Promise<T> {
    let work: Work | undefined;
    try {
      const value = await (this.host ?? this.database.dataSource.manager).transaction(async (manager) => {
        refuseWhenGivenUp(attempt);
        work = new Work(manager, this.events, this.clock.now());
        const result = await task(work);
        refuseWhenGivenUp(attempt);
        return result;
      });
      if (work !== undefined) this.committed(work);
      return value;
    } catch (error) {
      work?.failed();
      throw error;
    }
  }

  private committed(work: Work): void {
    const runner = this.host?.queryRunner;
    if (runner === undefined) work.committed();
    else HostCommits.of(this.database.dataSource).add(runner, work);
  }

  /** A few milliseconds, not the same for two racers: they would only meet again. */
  private async pause(attempt: number): Promise<void> {
    const jitter = Number(process.hrtime.bigint() % 16n);
    await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * 8 + jitter));
  }
}

function refuseWhenGivenUp(attempt: Attempt): void {
  if (attempt.givenUp) throw new UnavailableError(new Error('The caller was told that the database does not answer.'));
}
