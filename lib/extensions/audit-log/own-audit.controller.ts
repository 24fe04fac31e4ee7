import { Get, Req } from '@nestjs/common';
import type { Page } from '../../index.js';
import { HttpExchanges, OwnRoutes, queryOf, type SessionRequest } from '../../extend.js';
import { type AuditEntry, AuditLog, type ListAudit } from './audit-log.service.js';

/** An entry as its user sees it: where somebody else acted, neither who, nor from where, nor in what words. */
export interface OwnAuditEntry extends Omit<AuditEntry, 'userId' | 'actorId'> {
  /** Whether somebody else did it: an administrator, or whoever acted in his name. */
  readonly byOther: boolean;
}

/** What happened to one's own account. */
@OwnRoutes()
export class OwnAuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly exchanges: HttpExchanges,
  ) {}

  @Get('audit')
  async audit(@Req() request: SessionRequest): Promise<Page<OwnAuditEntry>> {
    const query = queryOf<ListAudit>(this.exchanges.ofRequest(request), ['event', 'limit', 'after']);
    const { items, next } = await this.log.list({ ...query, userId: request.auth.user.id });
    return { items: items.map(ownEntryOf), next };
  }
}

function ownEntryOf({ userId, actorId, ...entry }: AuditEntry): OwnAuditEntry {
  const byOther = actorId !== null && actorId !== userId;
  const isWorded = entry.event === 'impersonation.started';
  return {
    ...entry,
    ...(byOther && { ip: null, userAgent: null, device: null, sessionId: null }),
    ...(isWorded && { facts: null }),
    byOther,
  };
}
