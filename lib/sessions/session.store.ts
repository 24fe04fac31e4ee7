import { Injectable } from '@nestjs/common';
import {
  And,
  Between,
  Equal,
  type EntityManager,
  type FindOptionsWhere,
  In,
  IsNull,
  LessThan,
  LessThanOrEqual,
  MoreThan,
  Not,
  type ObjectLiteral,
  type Repository,
} from 'typeorm';
import { isId, lastIdOf } from '../kernel/id.js';
import { decodeCursor, invalidCursor, type Page, pageOf } from '../kernel/page.js';
import { Changes } from '../persistence/changes.js';
import type { Connection } from '../persistence/connection.js';
import type { Change } from '../persistence/invalidation-bus.port.js';
import { type EntityClass, SpaceEntities } from '../persistence/space-entities.js';
import { conditionsOf, type Edge, idleAt, isIdle, type SessionFilter } from './session-conditions.store.js';
import { type SessionKind, SessionRow } from './session.entity.js';

/** As much of a row as an impersonation is about. */
export type TiedSession = Pick<SessionRow, 'id' | 'userId' | 'actorId' | 'acting'>;

export interface SessionPageRequest {
  readonly filter: SessionFilter;
  readonly edge: Edge;
  readonly limit: number;
  readonly after: string | undefined;
}

/** What one batch has deleted, and the id behind which the next begins; `null` for none. */
export interface Swept {
  readonly gone: number;
  readonly next: string | null;
}

/** Below every id, in any order that an engine keeps them in. */
const LEAST_ID = '00000000-0000-0000-0000-000000000000';
/** What is over by the clock is judged so from whatever is remembered of it. */
const TIME_ALONE: readonly Change[] = [];
/** How many rows one statement names, well below every engine's bound on parameters. */
const CHUNK = 500;

/** The statements on the table of sessions. */
@Injectable()
export class SessionStore {
  private readonly entity: EntityClass<SessionRow>;

  constructor(
    entities: SpaceEntities,
    private readonly changes: Changes,
  ) {
    this.entity = entities.of(SessionRow);
  }

  async insert(on: Connection, row: SessionRow): Promise<void> {
    // Every column is given: there is nothing to read back.
    await on.ask((manager) =>
      this.writer(manager)
        .createQueryBuilder()
        .insert()
        .values({ ...row })
        .updateEntity(false)
        .execute(),
    );
  }

  findById(on: Connection, id: string): Promise<SessionRow | null> {
    return on.ask((manager) => manager.getRepository(this.entity).findOneBy({ id: Equal(id) }));
  }

  async update(on: Connection, id: string, patch: Partial<SessionRow>): Promise<boolean> {
    const result = await this.changes.write(on, [{ of: 'session', id }], (manager) =>
      this.writer(manager).update({ id: Equal(id) }, patch),
    );
    return result.affected === 1;
  }

  /** Puts a new secret in the place of the one that `row` has, if that still stands. */
  async replaceSecret(on: Connection, row: SessionRow, patch: Pick<SessionRow, 'secretHash'> & Partial<SessionRow>): Promise<boolean> {
    const where = { id: Equal(row.id), secretHash: Equal(row.secretHash) };
    const changed = [{ of: 'session', id: row.id } as const];
    const result = await this.changes.write(on, changed, (manager) => this.writer(manager).update(where, patch));
    return result.affected === 1;
  }

  async delete(on: Connection, id: string): Promise<boolean> {
    const result = await this.changes.write(on, [{ of: 'session', id }], (manager) => this.writer(manager).delete({ id: Equal(id) }));
    return result.affected === 1;
  }

  async deleteAll(on: Connection, filter: SessionFilter, edge: Edge): Promise<number> {
    return this.deleteWhere(on, conditionsOf(filter, edge), [ofWhom(filter)]);
  }

  /** Newest first, by keyset over the id, which begins with the time. */
  async page(on: Connection, { filter, edge, limit, after }: SessionPageRequest): Promise<Page<SessionRow>> {
    const [cursor] = after === undefined ? [] : decodeCursor(after, 1);
    if (cursor !== undefined && !isId(cursor)) throw invalidCursor();
    const where = conditionsOf(filter, edge).map((condition) => ({ ...condition, ...(cursor !== undefined && { id: LessThan(cursor) }) }));
    const rows = await on.ask((manager) => manager.getRepository(this.entity).find({ where, order: { id: 'DESC' }, take: limit + 1 }));
    return pageOf(rows, limit, (row) => [row.id]);
  }

  /** Those of them that an impersonation ties to another session. */
  findTied(on: Connection, filter: SessionFilter, edge: Edge): Promise<TiedSession[]> {
    const where = conditionsOf(filter, edge).map((condition) => ({ ...condition, acting: Not(IsNull()) }));
    const select = { id: true, userId: true, actorId: true, acting: true } as const;
    return on.ask((manager) => manager.getRepository(this.entity).find({ select, where }));
  }

  /** Every row of one user and kind, newest first; he has few. */
  findAll(on: Connection, { userId, kind }: Pick<SessionRow, 'userId' | 'kind'>): Promise<SessionRow[]> {
    const where = { userId: Equal(userId), kind: Equal(kind) };
    return on.ask((manager) => manager.getRepository(this.entity).find({ where, order: { id: 'DESC' } }));
  }

  countOf(on: Connection, { userId, kind }: Pick<SessionRow, 'userId' | 'kind'>): Promise<number> {
    return on.ask((manager) => manager.getRepository(this.entity).countBy({ userId: Equal(userId), kind: Equal(kind) }));
  }

  /** Takes one of the uses of an API key. @returns whether there was one left. */
  async spendUse(on: Connection, id: string, maxUses: number): Promise<boolean> {
    const result = await on.ask((manager) =>
      manager.getRepository<SessionRow>(this.entity).increment({ id: Equal(id), uses: LessThan(maxUses) }, 'uses', 1),
    );
    return result.affected === 1;
  }

  /** The ids of a user's oldest sessions beyond the newest `keep`; those that others opened in his name do not count. */
  async findBeyond(on: Connection, userId: string, keep: number): Promise<string[]> {
    const where = { userId: Equal(userId), kind: Equal<SessionKind>('session'), actorId: IsNull() };
    const rows = await on.ask((manager) => manager.getRepository(this.entity).find({ select: { id: true }, where, order: { id: 'DESC' } }));
    return rows.slice(keep).map(({ id }) => id);
  }

  deleteIds(on: Connection, ids: readonly string[]): Promise<number> {
    const changed = ids.map((id) => ({ of: 'session', id }) as const);
    return this.deleteFound(on, ids, { changed });
  }

  /** Writes when sessions were last seen, many in one statement. It updates only: what ended in the meantime stays ended. */
  async touch(on: Connection, uses: ReadonlyMap<string, Date>): Promise<void> {
    const entries = [...uses];
    for (let start = 0; start < entries.length; start += CHUNK) await this.touchChunk(on, entries.slice(start, start + CHUNK));
  }

  /** Deletes at most `limit` of those that a filter means, in the order of their ids. @returns how many, and where to go on. */
  async deleteNext(on: Connection, { filter, edge, limit, after }: SessionPageRequest): Promise<Swept> {
    const { exceptId, ...rest } = filter;
    const ids = [MoreThan(after ?? LEAST_ID), ...(exceptId === undefined ? [] : [Not(Equal(exceptId))])];
    const where = conditionsOf(rest, edge).map((condition) => ({ ...condition, id: And(...ids) }));
    const order = { id: 'ASC' } as const;
    const rows = await on.ask((manager) => manager.getRepository(this.entity).find({ select: { id: true }, where, order, take: limit }));
    const found = rows.map(({ id }) => id);
    const gone = await this.deleteFound(on, found, { changed: [ofWhom(filter)] });
    return { gone, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  }

  /** Deletes at most `limit` sessions whose own end has come, which the index on it finds. @returns how many. */
  async purgeEnded(on: Connection, now: Date, limit: number): Promise<number> {
    const where = { endsAt: LessThanOrEqual(now) };
    const order = { endsAt: 'ASC' } as const;
    const rows = await on.ask((manager) => manager.getRepository(this.entity).find({ select: { id: true }, where, order, take: limit }));
    const found = rows.map(({ id }) => id);
    return this.deleteFound(on, found, { changed: TIME_ALONE, where });
  }

  /**
   * Looks at the next `limit` sessions behind the id `after`, among those that were opened so long ago that they may be idle, and deletes
   * which are. By the primary key, since an id begins with its time: the last use is in no index, as each use would have to write there.
   */
  async purgeIdle(on: Connection, { edge, after, limit }: { edge: Edge; after: string | null; limit: number }): Promise<Swept> {
    const latest = Math.max(edge.idleSince.getTime(), edge.blackoutAt?.getTime() ?? 0);
    const where = { id: And(MoreThan(after ?? LEAST_ID), LessThanOrEqual(lastIdOf(new Date(latest)))) };
    const select = { id: true, createdAt: true, lastSeenAt: true, fixed: true } as const;
    const order = { id: 'ASC' } as const;
    const rows = await on.ask((manager) => manager.getRepository(this.entity).find({ select, where, order, take: limit }));
    const idle = rows.filter((row) => isIdle(row, edge)).map(({ id }) => id);
    // Asked again in the delete: a session whose last use was written in the meantime stays.
    const id = Between(idle[0] ?? LEAST_ID, idle.at(-1) ?? LEAST_ID);
    const over = idleAt(edge).map((condition) => ({ ...condition, id }));
    const gone = idle.length === 0 ? 0 : await this.deleteWhere(on, over, TIME_ALONE);
    return { gone, next: rows.length < limit ? null : (rows.at(-1)?.id ?? null) };
  }

  private async touchChunk(on: Connection, chunk: readonly (readonly [string, Date])[]): Promise<void> {
    const cases = chunk.map((_, index) => `WHEN :id${index} THEN :at${index}`).join(' ');
    const parameters = Object.fromEntries(
      chunk.flatMap(([id, at], index): [string, string | number][] => [
        [`id${index}`, id],
        [`at${index}`, at.getTime()],
      ]),
    );
    await on.ask((manager) =>
      manager
        .createQueryBuilder()
        .update(this.entity)
        .set({ lastSeenAt: () => newest(manager, `CASE id ${cases} END`) })
        .where({ id: In(chunk.map(([id]) => id)) })
        .setParameters(parameters)
        .execute(),
    );
  }

  /** @param where what must still be so of each. */
  private async deleteFound(
    on: Connection,
    ids: readonly string[],
    { changed, where }: { changed: readonly Change[]; where?: FindOptionsWhere<SessionRow> },
  ): Promise<number> {
    if (ids.length === 0) return 0;
    const { affected } = await this.changes.write(on, changed, (manager) => {
      // As text: of an object TypeORM makes so many conditions that they cost more than the rows.
      const query = manager.createQueryBuilder().delete().from(this.entity).where('id IN (:...ids)', { ids });
      return (where === undefined ? query : query.andWhere(where)).execute();
    });
    return affected ?? 0;
  }

  private async deleteWhere(on: Connection, where: readonly FindOptionsWhere<SessionRow>[], changed: readonly Change[]): Promise<number> {
    const isAll = where.length === 1 && Object.keys(where[0] ?? {}).length === 0;
    const result = await this.changes.write(on, changed, (manager) => {
      const query = manager.createQueryBuilder().delete().from(this.entity);
      return (isAll ? query : query.where([...where])).execute();
    });
    return result.affected ?? 0;
  }

  private writer(manager: EntityManager): Repository<ObjectLiteral> {
    return manager.getRepository<ObjectLiteral>(this.entity);
  }
}

/** What a filter means that names no user is told as anything at all: the statement does not say whose they were. */
function ofWhom({ userId }: SessionFilter): Change {
  return userId === undefined ? { of: 'all' } : { of: 'user', id: userId };
}

/** The later of the column and `value`: two nodes write in any order, and the past must not win. PostgreSQL takes bare parameters for text. */
function newest(manager: EntityManager, value: string): string {
  const { driver, options } = manager.connection;
  const column = driver.escape('lastSeenAt');
  if (options.type === 'postgres') return `GREATEST(${column}, CAST(${value} AS bigint))`;
  return options.type === 'better-sqlite3' ? `MAX(${column}, ${value})` : `GREATEST(${column}, ${value})`;
}
