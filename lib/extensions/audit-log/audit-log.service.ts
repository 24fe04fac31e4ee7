import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock, type JsonObject, type Page } from '../../index.js';
import { after, Database, describeDevice, type EntityClass, Fields, inBatches, isId, Janitor, readPageRequest } from '../../extend.js';
import type { AuditRow } from './audit-entry.entity.js';
import { AuditLogSettings } from './audit-log.options.js';
import { type AuditFilter, AuditLogStore } from './audit-log.store.js';

/** Something that happened, as it was written down. */
export interface AuditEntry {
  readonly id: string;
  readonly at: Date;
  /** `session.opened` */
  readonly event: string;
  readonly userId: string | null;
  /** Who did it, where a signed-in person's request did. */
  readonly actorId: string | null;
  readonly sessionId: string | null;
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** "Firefox on Windows": a guess from the user agent; `null` where there is none. */
  readonly device: string | null;
  readonly facts: JsonObject | null;
}

export interface ListAudit {
  /** To whom it happened. */
  readonly userId?: string | undefined;
  /** Who did it. */
  readonly actorId?: string | undefined;
  /** The name of an event: `session.opened`. */
  readonly event?: string | undefined;
  /** 1 to 200. @default 50 */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly after?: string | undefined;
}

/** The users of the space, for whom the sweep asks. */
export abstract class AuditedUsers {
  abstract readonly entity: EntityClass<object>;
}

/** What happened to whom, when and from where. Nobody writes here by hand: entries come from events. */
@Injectable()
export class AuditLog implements OnModuleInit {
  constructor(
    private readonly store: AuditLogStore,
    private readonly settings: AuditLogSettings,
    private readonly users: AuditedUsers,
    private readonly janitor: Janitor,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.janitor.add({ what: 'audit entries', sweep: () => this.purge() });
    this.janitor.add({ what: 'deleted actors', sweep: () => this.forgetLostActors() });
  }

  /** Newest first. @throws InvalidInputError. */
  async list(request: ListAudit = {}): Promise<Page<AuditEntry>> {
    const input = Fields.of(request);
    const filter = { userId: readId(input, 'userId'), actorId: readId(input, 'actorId'), event: input.optionalText('event', { max: 64 }) };
    const page = readPageRequest(input);
    input.done();
    if (namesNobody(filter)) return { items: [], next: null };
    const { items, next } = await this.store.page(this.database, { filter, ...page });
    return { items: items.map(entryOf), next };
  }

  /** Every entry that matches, newest first, page by page, without loading them all. @throws InvalidInputError. */
  async *export(request: Omit<ListAudit, 'limit' | 'after'> = {}): AsyncGenerator<AuditEntry> {
    for (let cursor: string | undefined; ;) {
      const page = await this.list({ ...request, limit: 200, after: cursor });
      yield* page.items;
      if (page.next === null) return;
      cursor = page.next;
    }
  }

  /** Deletes what is older than the retention, in batches. @returns how many entries. */
  async purge(): Promise<number> {
    const { retention } = this.settings;
    if (retention === null) return 0;
    const edge = after(this.clock.now(), -retention);
    return inBatches((limit) => this.store.purge(this.database, edge, limit), this.database);
  }

  private forgetLostActors(): Promise<number> {
    return inBatches(async (limit) => {
      const lost = await this.store.findLostActors(this.database, { users: this.users.entity, limit });
      for (const actorId of lost) await this.database.ask((manager) => this.store.forgetActor(manager, actorId));
      return lost.length;
    }, this.database);
  }
}

/** A text that is no id is nobody's: it finds nothing, and reaches no statement. */
function readId(input: Fields, name: string): string | undefined {
  return input.optionalText(name);
}

function namesNobody({ userId, actorId }: AuditFilter): boolean {
  return [userId, actorId].some((id) => id !== undefined && !isId(id));
}

function entryOf({ id, at, event, userId, actorId, sessionId, ip, userAgent, facts }: AuditRow): AuditEntry {
  const device = userAgent === null ? null : describeDevice(userAgent, null);
  return { id, at, event, userId, actorId, sessionId, ip, userAgent, device, facts };
}
