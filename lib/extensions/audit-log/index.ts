export { auditLog, auditLogSchema, auditLogToken } from './audit-log.extension.js';
export type { AuditLogOptions } from './audit-log.options.js';
export { type AuditEntry, AuditLog, type ListAudit } from './audit-log.service.js';
export type { OwnAuditEntry } from './own-audit.controller.js';
