import type { InjectionToken } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { defineUsers, type UserSpace } from '../../index.js';
import type { EntityClass, ExtensionParts, MigrationClass, UsersExtension } from '../../extend.js';
import { ActingRequests } from './acting-requests.js';
import { ActingRequestsInterceptor } from './acting-requests.interceptor.js';
import { AdminAuditController } from './admin-audit.controller.js';
import { auditTableOf } from './audit-entry.entity.js';
import { type AuditLogOptions, AuditLogSettings, resolveAuditLogOptions } from './audit-log.options.js';
import { AuditLogRecorder } from './audit-log.recorder.js';
import { AuditedUsers, AuditLog } from './audit-log.service.js';
import { AuditLogStore } from './audit-log.store.js';
import { auditMigrationFor } from './audit-table.migration.js';
import { OwnAuditController } from './own-audit.controller.js';

/**
 * Writes down what happens to users, in a table beside ours: `UsersModule.forRoot({ extensions: [auditLog()] })`.
 *
 * @throws InvalidOptionsError.
 */
export function auditLog(options: AuditLogOptions = {}): UsersExtension {
  const settings = resolveAuditLogOptions(options);
  return { name: 'audit-log', partsFor: (space) => partsFor(space, settings) };
}

function partsFor(space: UserSpace, settings: AuditLogSettings): ExtensionParts {
  const { entity } = auditTableOf(space);
  const token = auditLogToken(space);
  return {
    ...auditLogSchema(space),
    providers: [
      { provide: AuditLogSettings, useValue: settings },
      { provide: AuditLogStore, useValue: new AuditLogStore(entity) },
      { provide: AuditedUsers, useValue: { entity: space.user } satisfies AuditedUsers },
      ActingRequests,
      AuditLogRecorder,
      AuditLog,
      ...(token === AuditLog ? [] : [{ provide: token, useExisting: AuditLog }]),
      { provide: APP_INTERCEPTOR, useClass: ActingRequestsInterceptor },
    ],
    exports: [token],
    account: [OwnAuditController],
    admin: [AdminAuditController],
  };
}

/**
 * The table, for a DataSource without `autoLoadEntities` and for a host who runs our migrations among his own.
 *
 * @param space what `defineUsers()` returned. @default the usual one
 */
export function auditLogSchema(space: UserSpace = defineUsers()): { entities: EntityClass<object>[]; migrations: MigrationClass[] } {
  const { entity, name } = auditTableOf(space);
  return { entities: [entity], migrations: [auditMigrationFor(space, name)] };
}

const tokens = new WeakMap<object, symbol>();

/** By what an app asks for the log of a space: `@Inject(auditLogToken(staff)) private readonly log: AuditLog`. In the usual one it is the class. */
export function auditLogToken({ name, user }: UserSpace): InjectionToken<AuditLog> {
  if (name === 'users') return AuditLog;
  const token = tokens.get(user) ?? Symbol(`${name}:AuditLog`);
  tokens.set(user, token);
  return token;
}
