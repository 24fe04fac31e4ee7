import { Injectable } from '@nestjs/common';
import { And, Equal, type FindOptionsWhere, In, IsNull, LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import { after } from '../kernel/duration.js';
import type { Connection } from '../persistence/connection.js';
import { SpaceEntities } from '../persistence/space-entities.js';
import { isRetriable } from '../persistence/unavailable.js';
import { AttemptRow } from './attempt.entity.js';
import { AttemptStore, type Spending } from './attempt-store.port.js';
import { firstTry, isOver, refusedUntil, waitsOf } from './budget.js';

/** A round is lost only to somebody who won it; whoever loses this many in turn is told to wait. */
const ROUNDS = 8;
const LOST_EVERY_ROUND_WAIT = 1_000;

/**
 * Counts in the library's own table, so that a restart or a second node forgets nothing.
 *
 * Three statements admit, each under a condition that only one of many at once can meet: one more where a window is open (`take`), the
 * first where there is none (`open`), the first in the place of an old one (`reopen`). What is read in between admits nobody.
 */
@Injectable()
export class DatabaseAttemptStore extends AttemptStore {
  constructor(private readonly entities: SpaceEntities) {
    super();
  }

  override async spend(on: Connection, spending: Spending): Promise<Date | null> {
    for (let round = 0; round < ROUNDS; round += 1) {
      try {
        if ((await this.take(on, spending)) || (await this.open(on, spending))) return null;
        const row = await this.find(on, spending.key);
        const until = row === null ? null : refusedUntil(spending.budget, row, spending.now);
        if (until !== null) return until;
        if (row !== null && (await this.reopen(on, spending, row))) return null;
      } catch (error) {
        // A deadlock undid the statement: this round is lost, nothing else.
        if (!isRetriable(error)) throw error;
      }
    }
    return after(spending.now, LOST_EVERY_ROUND_WAIT);
  }

  override async refusedUntil(on: Connection, { key, budget, now }: Spending): Promise<Date | null> {
    const row = await this.find(on, key);
    return row === null ? null : refusedUntil(budget, row, now);
  }

  override async reset(on: Connection, key: string): Promise<boolean> {
    const { affected } = await on.ask((manager) => manager.delete(this.rows, { key: Equal(key) }));
    return affected === 1;
  }

  override async purge(on: Connection, before: Date, limit: number): Promise<number> {
    const old: FindOptionsWhere<AttemptRow> = { windowAt: LessThan(before) };
    const found = await on.ask((manager) =>
      manager.find(this.rows, { select: { key: true }, where: old, order: { windowAt: 'ASC' }, take: limit }),
    );
    if (found.length === 0) return 0;
    const keys = { key: In(found.map((row) => row.key)) };
    // Asked again in the delete: a row that was spent from in the meantime stays.
    const { affected } = await on.ask((manager) => manager.delete(this.rows, { ...keys, ...old }));
    return affected ?? 0;
  }

  private get rows(): new () => AttemptRow {
    return this.entities.of(AttemptRow);
  }

  private find(on: Connection, key: string): Promise<AttemptRow | null> {
    return on.ask((manager) => manager.findOneBy(this.rows, { key: Equal(key) }));
  }

  /** Counts the try if the row admits it. @returns false when the row does not, or when there is none. */
  private async take(on: Connection, spending: Spending): Promise<boolean> {
    const { affected } = await on.ask((manager) => {
      const update = manager.createQueryBuilder().update(this.rows);
      const { set, parameters } = assignments((column) => update.escape(column), spending);
      return update.set(set).where(admissible(spending)).setParameters(parameters).execute();
    });
    return affected === 1;
  }

  /** Counts the try as the first of a new row. @returns false when there is one already. */
  private async open(on: Connection, { key, budget, now }: Spending): Promise<boolean> {
    return on.ask(async (manager) => {
      const insert = manager.createQueryBuilder().insert().into(this.rows);
      const [text, parameters] = insert
        .values({ key, ...firstTry(budget, now) })
        .orIgnore()
        .updateEntity(false)
        .getQueryAndParameters();
      // TypeORM does not tell whether an insert was ignored. MySQL and MariaDB say it by themselves, the others by the row that they give back.
      if (/^(mysql|mariadb)$/.test(manager.connection.options.type)) {
        const { affectedRows } = await manager.query<{ affectedRows: number }>(text, parameters);
        return affectedRows === 1;
      }
      const telling = `${text} RETURNING ${insert.escape('key')}`;
      const inserted = await manager.query<unknown[]>(telling, parameters);
      return inserted.length === 1;
    });
  }

  /** Counts the try as the first of a new window in a row whose old one is over. @returns false when somebody else came first. */
  private async reopen(on: Connection, { key, budget, now }: Spending, row: AttemptRow): Promise<boolean> {
    if (!isOver(budget, row, now)) return false;
    const asRead = { key: Equal(key), windowAt: Equal(row.windowAt), count: Equal(row.count) };
    const { affected } = await on.ask((manager) => manager.update(this.rows, asRead, firstTry(budget, now)));
    return affected === 1;
  }
}

function admissible({ key, budget, now }: Spending): FindOptionsWhere<AttemptRow>[] {
  const [quiet, ahead] = [after(now, -budget.window), after(now, budget.window)];
  const live = { key: Equal(key), windowAt: And(MoreThan(quiet), LessThanOrEqual(ahead)) };
  if (budget.delay === undefined) return [{ ...live, count: LessThan(budget.limit) }];
  return [
    { ...live, blockedUntil: IsNull() },
    { key: Equal(key), windowAt: LessThanOrEqual(ahead), blockedUntil: And(MoreThan(quiet), LessThanOrEqual(now)) },
  ];
}

type Escape = (column: string) => string;

interface Assignments {
  readonly set: { blockedUntil?: () => string; count: () => string; windowAt?: Date };
  readonly parameters: Record<string, number>;
}

/**
 * MariaDB assigns from left to right and reads the new values, PostgreSQL and SQLite read the old ones. So `count` is the only column
 * that an expression reads, and it is assigned after the one that reads it.
 */
function assignments(escape: Escape, { budget, now }: Spending): Assignments {
  const count = (): string => `${escape('count')} + 1`;
  if (budget.delay === undefined) return { set: { count }, parameters: {} };
  const waits = waitsOf(budget.delay);
  const parameters: Record<string, number> = { free: budget.limit - 1 };
  waits.forEach((wait, rung) => {
    parameters[`rung${rung}`] = budget.limit + rung;
    parameters[`end${rung}`] = after(now, wait).getTime();
  });
  return { set: { blockedUntil: () => endOfWait(escape, waits.length - 1), count, windowAt: now }, parameters };
}

/** Until when this try makes the next one wait: a ladder over how many came before it. */
function endOfWait(escape: Escape, last: number): string {
  const rungs = Array.from({ length: last }, (_, rung) => `WHEN ${escape('count')} < :rung${rung} THEN :end${rung}`);
  // NULLIF is a null with a type: PostgreSQL takes a CASE of nothing but parameters for a text.
  const none = `NULLIF(${escape('windowAt')}, ${escape('windowAt')})`;
  return `CASE WHEN ${escape('count')} < :free THEN ${none} ${rungs.join(' ')} ELSE :end${last} END`;
}
