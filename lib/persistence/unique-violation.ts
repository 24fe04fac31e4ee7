import { QueryFailedError } from 'typeorm';

const UNIQUE_CODES = new Set(['23505', 'ER_DUP_ENTRY', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

/**
 * Which of `columns` a unique index refused, or `null` when the error is something else. The engines name either the index or the
 * column, so our index names end in the column's name: `auth_users_emailKey`.
 */
export function violatedColumn<C extends string>(error: unknown, columns: readonly C[]): C | null {
  if (!(error instanceof QueryFailedError)) return null;
  const driverError = error.driverError as { code?: string; message?: string; constraint?: string; sqlMessage?: string };
  if (!UNIQUE_CODES.has(driverError.code ?? '')) return null;
  const text = driverError.constraint ?? indexIn(driverError.sqlMessage) ?? driverError.message ?? '';
  return columns.find((column) => new RegExp(`[._]${column}\\b`).test(text)) ?? null;
}

/** MariaDB's message begins with the value, and the value is a stranger's: only what stands behind the last `for key` counts. */
function indexIn(message: string | undefined): string | undefined {
  return message?.slice(message.lastIndexOf(' for key '));
}
