import type { DataSource, EntitySubscriberInterface, QueryRunner, TransactionCommitEvent, TransactionRollbackEvent } from 'typeorm';

/** What somebody did in a transaction of the host's. */
export interface Joined {
  committed(): void;
}

interface Waiting {
  readonly work: Joined;
  /** How deep in nested transactions the work stands; 1 is the outermost. */
  depth: number;
}

/** Keeps what was done inside a host's transaction until that commits, and forgets it when it, or a nested one around the work, is undone. */
export class HostCommits implements EntitySubscriberInterface {
  private static readonly known = new WeakMap<DataSource, HostCommits>();
  private readonly waiting = new WeakMap<QueryRunner, Waiting[]>();

  /** The one of this DataSource; it listens from now on. */
  static of(dataSource: DataSource): HostCommits {
    const commits = HostCommits.known.get(dataSource) ?? new HostCommits();
    HostCommits.known.set(dataSource, commits);
    // A DataSource that was destroyed and initialised again has a new list.
    if (!dataSource.subscribers.includes(commits)) dataSource.subscribers.push(commits);
    return commits;
  }

  add(runner: QueryRunner, work: Joined): void {
    const list = this.waiting.get(runner) ?? [];
    list.push({ work, depth: depthOf(runner) });
    this.waiting.set(runner, list);
  }

  /** @internal TypeORM calls it for every commit, nested ones too. */
  afterTransactionCommit({ queryRunner }: TransactionCommitEvent): void {
    const list = this.waiting.get(queryRunner) ?? [];
    const depth = depthOf(queryRunner);
    for (const one of list) one.depth = Math.min(one.depth, depth);
    if (depth > 0) return;
    this.waiting.delete(queryRunner);
    for (const { work } of list) work.committed();
  }

  /** @internal TypeORM calls it for every rollback, nested ones too. */
  afterTransactionRollback({ queryRunner }: TransactionRollbackEvent): void {
    const depth = depthOf(queryRunner);
    const kept = this.waiting.get(queryRunner)?.filter((one) => one.depth <= depth) ?? [];
    if (kept.length === 0) this.waiting.delete(queryRunner);
    else this.waiting.set(queryRunner, kept);
  }
}

/** Every query runner of TypeORM's counts its nested transactions, although its interface does not say so. */
function depthOf(runner: QueryRunner): number {
  return Number(Reflect.get(runner, 'transactionDepth'));
}
