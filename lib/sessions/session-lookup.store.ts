import { Injectable } from '@nestjs/common';
import type { DataSource, EntityMetadata } from 'typeorm';
import { BatchedLookup } from '../persistence/batched-lookup.js';
import type { ByIdText } from '../persistence/by-id-text.js';
import { Database } from '../persistence/database.js';
import { ByIdQuestion } from '../persistence/many-by-id.js';
import type { Outage } from '../persistence/outage.js';
import { isList, type Row, RowReader } from '../persistence/row-reader.js';
import { SpaceEntities } from '../persistence/space-entities.js';
import { StateRow } from '../persistence/state.entity.js';
import { outranks, Rights } from '../roles/rights.js';
import { BaseUser } from '../users/base-user.js';
import { UserStore } from '../users/user.store.js';
import { type Asking, SessionCache } from './session-cache.js';
import { SessionRow } from './session.entity.js';
import { SessionsSettings } from './sessions.options.js';

/** Everything that one request must know, read at once. Both rows are the caller's own. */
export interface LookedUp {
  readonly session: SessionRow;
  readonly user: BaseUser;
  /** Sessions opened at or before it are refused; `null` for no blackout. */
  readonly blackoutAt: Date | null;
}

interface Plan {
  readonly question: ByIdQuestion;
  readonly session: RowReader<SessionRow>;
  readonly user: RowReader<BaseUser>;
  readonly blackoutOf: (row: Row) => unknown;
  readonly together: BatchedLookup<Row>;
}

export const BLACKOUT = 'blackout';

/**
 * The hot path: at most one statement for each guarded request, and one for many that come together. Built once from the entities'
 * metadata, the host's own columns included. Raw, because hydrating two entities through the query builder costs more than the query.
 */
@Injectable()
export class SessionLookupStore {
  private plan: Plan | undefined;
  private readonly dataSource: DataSource;
  private readonly timeout: number;
  private readonly outage: Outage;

  constructor(
    private readonly entities: SpaceEntities,
    private readonly users: UserStore,
    private readonly settings: SessionsSettings,
    private readonly cache: SessionCache,
    private readonly rights: Rights,
    { dataSource, timeout, outage }: Database,
  ) {
    this.dataSource = dataSource;
    this.timeout = timeout;
    this.outage = outage;
  }

  /** What the cache has of it, as of some seconds ago at most; `null` where the database must be asked. Good for a yes, never for a no. */
  recall(on: Database, sessionId: string): LookedUp | null {
    if (!this.cache.isOn || this.plan === undefined || on.isInTransaction) return null;
    const row = this.cache.find(sessionId);
    return row === undefined ? null : this.read(this.plan, row);
  }

  /** @throws UnavailableError when the database cannot answer in time. */
  async find(on: Database, sessionId: string): Promise<LookedUp | null> {
    const plan = (this.plan ??= this.build());
    const asking = this.cache.isOn && !on.isInTransaction ? this.cache.asking() : null;
    const row = await this.rowOf(plan, on, sessionId);
    if (row === null) return null;
    const found = this.read(plan, row);
    if (asking !== null) this.keep(found, row, asking);
    return found;
  }

  /** Not what may administrate, nor a session in another's name, nor a key, whose uses are counted: each of their requests is asked anew. */
  private keep({ session, user }: LookedUp, row: Row, asking: Asking): void {
    if (session.kind !== 'session' || session.acting !== null || outranks(this.rights.permissionsOf(user), [])) return;
    this.cache.keep(row, asking, { sessionId: session.id, userId: user.id });
  }

  private read({ session, user, blackoutOf }: Plan, row: Row): LookedUp {
    return { session: session.read(row), user: this.users.known(user.read(row)), blackoutAt: instantOf(blackoutOf(row)) };
  }

  private rowOf({ question, together }: Plan, on: Database, sessionId: string): Promise<Row | null> {
    // Inside somebody's transaction it reads what that sees, and nobody else's look-ups with it.
    const isAlone = on.isInTransaction || !question.takesMany;
    return isAlone ? on.ask((manager) => question.findOne(manager, sessionId)) : together.find(sessionId);
  }

  private build(): Plan {
    const session = new RowReader<SessionRow>(this.dataSource, this.entities.of(SessionRow), 's');
    const user = new RowReader<BaseUser>(this.dataSource, this.entities.of(BaseUser), 'u', session.columns.length);
    const question = new ByIdQuestion(this.dataSource, this.text(session, user), this.settings.preparedStatements);
    const idOf = session.finder('id');
    const ask = async (ids: readonly string[]): Promise<Map<unknown, Row>> => {
      const rows = new Map<unknown, Row>();
      for (const row of await question.findMany(ids)) rows.set(idOf(row), row);
      return rows;
    };
    const last = session.columns.length + user.columns.length;
    const blackoutOf = (row: Row): unknown => (isList(row) ? row[last] : row['blackout']);
    return { question, session, user, blackoutOf, together: new BatchedLookup(ask, this.timeout, this.outage) };
  }

  private text(session: RowReader<SessionRow>, user: RowReader<BaseUser>): ByIdText {
    const { driver } = this.dataSource;
    const state = this.dataSource.getMetadata(this.entities.of(StateRow));
    const blackout = `(SELECT ${driver.escape('value')} FROM ${this.pathOf(state)} WHERE ${driver.escape('key')} = '${BLACKOUT}')`;
    return {
      selected: [...session.selected, ...user.selected, { expression: blackout, alias: 'blackout', type: 'text' }],
      from: `FROM ${this.pathOf(session.metadata)} s ${this.joined(session, user)}`,
      column: session.nameOf({ databaseName: 'id' }),
    };
  }

  private joined(session: RowReader<SessionRow>, user: RowReader<BaseUser>): string {
    const path = this.pathOf(user.metadata);
    const isOwner = `${user.nameOf({ databaseName: 'id' })} = ${session.nameOf({ databaseName: 'userId' })}${notDeleted(user)}`;
    if (this.dataSource.options.type !== 'postgres') return `JOIN ${path} u ON ${isOwner}`;
    // OFFSET forbids the planner to join in its own way: of a table that it has no statistics of yet it would read all users.
    return `CROSS JOIN LATERAL (SELECT * FROM ${path} u WHERE ${isOwner} OFFSET 0) u`;
  }

  private pathOf({ tablePath }: EntityMetadata): string {
    const { driver } = this.dataSource;
    return tablePath
      .split('.')
      .map((name) => driver.escape(name))
      .join('.');
  }
}

/** A host's `@DeleteDateColumn`: whom TypeORM finds no more must not stay signed in. */
function notDeleted(user: RowReader<BaseUser>): string {
  const { deleteDateColumn } = user.metadata;
  return deleteDateColumn === undefined ? '' : ` AND ${user.nameOf(deleteDateColumn)} IS NULL`;
}

function instantOf(value: unknown): Date | null {
  return typeof value === 'string' ? new Date(Number(JSON.parse(value))) : null;
}
