import { Entity, ForeignKey, Index } from 'typeorm';
import type { JsonObject, UserSpace } from '../../index.js';
import { type EntityClass, IdColumn, InstantColumn, JsonColumn, RefColumn, TextColumn } from '../../extend.js';

/** Something that happened to somebody. Rows are added and go; none is ever changed but to take a deleted user out of it. */
export abstract class AuditRow {
  /** Begins with the time, so that the newest stand at the end of the index. */
  @IdColumn() id!: string;
  @InstantColumn() at!: Date;
  /** The event's name: `session.opened`. */
  @TextColumn(64) event!: string;
  /** To whom it happened; `null` for nobody in particular, and for who is deleted. */
  @RefColumn({ nullable: true }) userId!: string | null;
  /** Who did it, where a signed-in person's request did; behind an impersonation the human. */
  @RefColumn({ nullable: true }) actorId!: string | null;
  /** The session that it happened to, or else the one that did it. */
  @RefColumn({ nullable: true }) sessionId!: string | null;
  @TextColumn(45, { nullable: true }) ip!: string | null;
  @TextColumn(512, { nullable: true }) userAgent!: string | null;
  /** Flags, numbers, instants and names of fields: never what somebody typed. */
  @JsonColumn() facts!: JsonObject | null;
}

/** The table of one space: its entity, and by what name. */
export interface AuditTable {
  readonly entity: EntityClass<AuditRow>;
  /** Without the host's `entityPrefix`: `auth_audit`. */
  readonly name: string;
}

/** A class is decorated once, however many apps of a process share its space. */
const defined = new WeakMap<object, AuditTable>();

export function auditTableOf({ user, tables }: UserSpace): AuditTable {
  const known = defined.get(user);
  if (known !== undefined) return known;
  class AuditEntry extends AuditRow {}
  const name = tables.users.replace(/users$/, 'audit');
  Entity(name)(AuditEntry);
  ForeignKey(() => user, { name: `${name}_userId_fk`, onDelete: 'CASCADE' })(AuditEntry.prototype, 'userId');
  for (const columns of AUDIT_INDEXES) Index(`${name}_${columns.join('_')}`, [...columns])(AuditEntry);
  const table = { entity: AuditEntry, name };
  defined.set(user, table);
  return table;
}

/** For one user's entries, for one kind of event, for who did it, and for what is too old. */
export const AUDIT_INDEXES = [['userId', 'id'], ['event', 'id'], ['actorId'], ['at']] as const;
