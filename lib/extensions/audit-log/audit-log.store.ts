import { type EntityManager, Equal, In, LessThan, type ObjectLiteral, QueryFailedError, type Repository } from 'typeorm';
import { type Connection, type EntityClass, decodeCursor, invalidCursor, isId, pageOf } from '../../extend.js';
import type { Page } from '../../index.js';
import type { AuditRow } from './audit-entry.entity.js';

export interface AuditFilter {
  readonly userId?: string | undefined;
  readonly actorId?: string | undefined;
  readonly event?: string | undefined;
}

export interface AuditPageRequest {
  readonly filter: AuditFilter;
  readonly limit: number;
  readonly after: string | undefined;
}

/** What points to a person, and where he was. */
const NOBODY = { userId: null, actorId: null, sessionId: null, ip: null, userAgent: null } as const;
const NO_SUCH_USER = new Set(['23503', 'ER_NO_REFERENCED_ROW_2', 'ER_NO_REFERENCED_ROW', 'SQLITE_CONSTRAINT_FOREIGNKEY']);

/** The statements on the table of entries. */
export class AuditLogStore {
  constructor(private readonly entity: EntityClass<AuditRow>) {}

  /** Inside the transaction of what happened. */
  async insert(manager: EntityManager, row: AuditRow): Promise<void> {
    await this.writer(manager).insert({ ...row });
  }

  /** Outside any transaction: a user who has gone in the meantime is left out of it. */
  async insertLate(on: Connection, row: AuditRow): Promise<void> {
    try {
      await on.ask((manager) => this.insert(manager, row));
    } catch (error) {
      if (!isWithoutUser(error)) throw error;
      await on.ask((manager) => this.insert(manager, { ...row, ...NOBODY }));
    }
  }

  /** Newest first, by keyset over the id, which begins with the time. */
  async page(on: Connection, { filter, limit, after }: AuditPageRequest): Promise<Page<AuditRow>> {
    const [cursor] = after === undefined ? [] : decodeCursor(after, 1);
    if (cursor !== undefined && !isId(cursor)) throw invalidCursor();
    const asked = Object.entries(filter).filter(([, value]) => value !== undefined);
    const where = {
      ...Object.fromEntries(asked.map(([name, value]) => [name, Equal(value)])),
      ...(cursor !== undefined && { id: LessThan(cursor) }),
    };
    const rows = await on.ask((manager) => manager.getRepository(this.entity).find({ where, order: { id: 'DESC' }, take: limit + 1 }));
    return pageOf(rows, limit, ({ id }) => [id]);
  }

  async deleteOf(manager: EntityManager, userId: string): Promise<void> {
    await this.writer(manager).delete({ userId: Equal(userId) });
  }

  /** Takes a user out of what happened to him. */
  async anonymise(manager: EntityManager, userId: string): Promise<void> {
    // The words of who acted in his name may name him.
    await this.writer(manager).update({ userId: Equal(userId), event: Equal('impersonation.started') }, { facts: null });
    await this.writer(manager).update({ userId: Equal(userId) }, NOBODY);
  }

  /** Takes a user out of what he did to others. */
  async forgetActor(manager: EntityManager, actorId: string): Promise<void> {
    const { actorId: nobody, sessionId, ip, userAgent } = NOBODY;
    await this.writer(manager).update({ actorId: Equal(actorId) }, { actorId: nobody, sessionId, ip, userAgent });
  }

  /** The ids of who did something and is a user no more. An act that ran while its actor was deleted leaves one behind. */
  async findLostActors(on: Connection, { users, limit }: { users: EntityClass<object>; limit: number }): Promise<string[]> {
    const rows = await on.ask((manager) =>
      manager
        .createQueryBuilder(this.entity, 'entry')
        .select('entry.actorId', 'actorId')
        .distinct(true)
        .leftJoin(users, 'person', 'person.id = entry.actorId')
        .where('entry.actorId IS NOT NULL AND person.id IS NULL')
        .limit(limit)
        .getRawMany<{ actorId: string }>(),
    );
    return rows.map(({ actorId }) => actorId);
  }

  /** Deletes at most `limit` entries of before `edge`. @returns how many. */
  async purge(on: Connection, edge: Date, limit: number): Promise<number> {
    const old = { at: LessThan(edge) };
    const rows = await on.ask((manager) =>
      manager.getRepository(this.entity).find({ select: { id: true }, where: old, order: { at: 'ASC' }, take: limit }),
    );
    if (rows.length === 0) return 0;
    const result = await on.ask((manager) => this.writer(manager).delete({ id: In(rows.map(({ id }) => id)) }));
    return result.affected ?? 0;
  }

  private writer(manager: EntityManager): Repository<ObjectLiteral> {
    return manager.getRepository<ObjectLiteral>(this.entity);
  }
}

function isWithoutUser(error: unknown): boolean {
  return error instanceof QueryFailedError && NO_SUCH_USER.has(String((error.driverError as { code?: unknown }).code));
}
