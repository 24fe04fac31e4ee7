import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  DomainEvent,
  ImpersonationStarted,
  LoginFailed,
  PasswordResetRefused,
  RandomSource,
  type RequestSource,
  SessionOpened,
  UserAnonymised,
  UserDeleted,
  UsersEvents,
} from '../../index.js';
import { Background, Database, isId, newId, storableSource } from '../../extend.js';
import { ActingRequests } from './acting-requests.js';
import type { AuditRow } from './audit-entry.entity.js';
import { factsOf } from './audit-facts.js';
import { AuditLogSettings } from './audit-log.options.js';
import { AuditLogStore } from './audit-log.store.js';

type Manager = Parameters<AuditLogStore['insert']>[0];

/** What did not come about has no transaction to be written in. */
const FAILURES = [LoginFailed, PasswordResetRefused];

/** Writes down what happens: what came about in its own transaction, so that there is neither without the other; what failed, after it. */
@Injectable()
export class AuditLogRecorder implements OnModuleInit {
  constructor(
    private readonly events: UsersEvents,
    private readonly requests: ActingRequests,
    private readonly store: AuditLogStore,
    private readonly settings: AuditLogSettings,
    private readonly random: RandomSource,
    private readonly background: Background,
    private readonly database: Database,
  ) {}

  onModuleInit(): void {
    this.events.on(DomainEvent, (event, manager) => this.record(event, manager), { inTransaction: true });
    for (const type of FAILURES) this.events.on<DomainEvent>(type, (event) => this.recordLate(event));
  }

  private async record(event: DomainEvent, manager: Manager): Promise<void> {
    const row = this.rowOf(event);
    if (!(event instanceof UserDeleted || event instanceof UserAnonymised)) return this.store.insert(manager, row);
    await this.store.forgetActor(manager, event.userId);
    if (this.settings.onDeletion === 'anonymise') await this.store.anonymise(manager, event.userId);
    else await this.store.deleteOf(manager, event.userId);
    const isOwnAct = row.actorId === event.userId;
    await this.store.insert(manager, {
      ...row,
      userId: null,
      ...(isOwnAct && { actorId: null, sessionId: null, ip: null, userAgent: null }),
    });
  }

  private recordLate(event: DomainEvent): void {
    const row = this.rowOf(event);
    this.background.run(`Recording ${event.name}`, () => this.store.insertLate(this.database, row));
  }

  private rowOf(event: DomainEvent): AuditRow {
    const request = this.requests.current;
    const { sessionId, actorId } = event as { sessionId?: unknown; actorId?: unknown };
    return {
      id: newId(event.at, this.random),
      at: event.at,
      event: event.name.slice(0, 64),
      userId: event.userId,
      actorId: request?.actorId ?? (isId(actorId) ? actorId : null),
      sessionId: isId(sessionId) ? sessionId : (request?.sessionId ?? null),
      ...storableSource(request?.source ?? sourceIn(event)),
      facts: factsOf(event),
    };
  }
}

/** Another event's `from` may be what somebody was called before. */
function sourceIn(event: DomainEvent): RequestSource | undefined {
  const hasSource =
    event instanceof SessionOpened || event instanceof ImpersonationStarted || FAILURES.some((type) => event instanceof type);
  return hasSource ? (event as LoginFailed).from : undefined;
}
