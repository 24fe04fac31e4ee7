import { Get, Req } from '@nestjs/common';
import type { Page } from '../../index.js';
import { AdminRoutes, AsksFor, HttpExchanges, queryOf } from '../../extend.js';
import { type AuditEntry, AuditLog, type ListAudit } from './audit-log.service.js';

/** What happened to everybody. */
@AdminRoutes()
export class AdminAuditController {
  constructor(
    private readonly log: AuditLog,
    private readonly exchanges: HttpExchanges,
  ) {}

  @AsksFor(['audit.read'])
  @Get('audit')
  audit(@Req() request: object): Promise<Page<AuditEntry>> {
    return this.log.list(queryOf<ListAudit>(this.exchanges.ofRequest(request), ['userId', 'actorId', 'event', 'limit', 'after']));
  }
}
