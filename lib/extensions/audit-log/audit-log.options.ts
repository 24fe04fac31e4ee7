import { type Duration, InvalidOptionsError } from '../../index.js';
import { milliseconds } from '../../extend.js';

export interface AuditLogOptions {
  /** How long an entry is kept; the janitor deletes what is older. `false` for as long as the table. @default '365d' */
  readonly retention?: Duration | false;
  /**
   * What becomes of the entries about a user who is deleted: `anonymise` keeps what happened and when, and takes out who it was and from
   * where; `delete` keeps only that somebody was deleted. @default 'anonymise'
   */
  readonly onDeletion?: 'anonymise' | 'delete';
}

/** The resolved {@link AuditLogOptions}. */
export abstract class AuditLogSettings {
  /** Milliseconds; `null` for ever. */
  abstract readonly retention: number | null;
  abstract readonly onDeletion: 'anonymise' | 'delete';
}

/** @throws InvalidOptionsError naming every fault. */
export function resolveAuditLogOptions({ retention = '365d', onDeletion = 'anonymise' }: AuditLogOptions = {}): AuditLogSettings {
  const length = retention === false ? null : lengthOf(retention);
  const faults = [
    ...(length !== null && Number.isNaN(length) ? ["auditLog: retention: give a length of time from '1d', or false."] : []),
    ...(['anonymise', 'delete'].includes(onDeletion) ? [] : ["auditLog: onDeletion: write 'anonymise' or 'delete'."]),
  ];
  if (faults.length > 0) throw new InvalidOptionsError(faults);
  return { retention: length, onDeletion };
}

function lengthOf(retention: Duration): number {
  try {
    const length = milliseconds(retention);
    return length >= milliseconds('1d') ? length : Number.NaN;
  } catch {
    return Number.NaN;
  }
}
