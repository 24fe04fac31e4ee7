import { UnavailableError } from '../kernel/errors.js';

const UNAVAILABLE_CODES = new Set([
  // the network, as Node tells it
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'ECONNABORTED',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENOENT',
  ],
  // PostgreSQL (appendix A of its manual): shutdown, crash, starting up, too many clients, disk full, out of memory, a time-out of a
  // statement, of a lock or of an idle transaction, a server that only reads since another one took over
  ...['57P01', '57P02', '57P03', '53100', '53200', '53300', '53400', '57014', '55P03', '25P03', '25006'],
  // MariaDB: the same
  ...['PROTOCOL_CONNECTION_LOST', 'ER_CON_COUNT_ERROR', 'ER_TOO_MANY_USER_CONNECTIONS', 'ER_SERVER_SHUTDOWN', 'ER_CONNECTION_KILLED'],
  ...[
    'ER_LOCK_WAIT_TIMEOUT',
    'ER_STATEMENT_TIMEOUT',
    'ER_QUERY_INTERRUPTED',
    'ER_DISK_FULL',
    'ER_OPTION_PREVENTS_STATEMENT',
    'POOL_CLOSED',
  ],
]);
const UNAVAILABLE_SQLITE = /^SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN|FULL|NOTADB|CORRUPT|READONLY)/;
const UNAVAILABLE_MESSAGE =
  /Connection terminated|connection is not open|connection timeout|timeout exceeded when trying to connect|Pool is closed|after calling end|Connection lost|in closed state|Driver not Connected|Connection is not established/i;
const UNAVAILABLE_NAMES = new Set([
  'CannotConnectAlreadyConnectedError',
  'CannotExecuteNotConnectedError',
  'DataSourceNotFoundError',
  'ConnectionIsNotSetError',
  'DriverPoolClosedError',
]);

/** @returns the error as a 503 when it says that the database cannot answer now, or `null` when it says anything else. */
export function asUnavailable(error: unknown): UnavailableError | null {
  if (error instanceof UnavailableError) return error;
  const code = textOf(driverErrorOf(error), 'code') ?? textOf(error, 'code') ?? '';
  // 08xxx is SQL's own class for connection exceptions.
  const byCode = UNAVAILABLE_CODES.has(code) || UNAVAILABLE_SQLITE.test(code) || /^08\w{3}$/.test(code);
  const byName = UNAVAILABLE_NAMES.has(textOf(error, 'name') ?? '');
  return byCode || byName || UNAVAILABLE_MESSAGE.test(textOf(error, 'message') ?? '') ? new UnavailableError(error) : null;
}

/** True for a deadlock or a serialisation failure: the engine rolled back and asks to be tried again. */
export function isRetriable(error: unknown): boolean {
  return ['40001', '40P01', 'ER_LOCK_DEADLOCK', 'ER_CHECKREAD'].includes(textOf(driverErrorOf(error), 'code') ?? '');
}

function driverErrorOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'driverError' in error ? error.driverError : error;
}

/** Not by `instanceof Error`: an error of Node's own or of a native driver may come from another realm. */
function textOf(error: unknown, property: 'code' | 'name' | 'message'): string | null {
  const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, property) : null;
  return typeof value === 'string' ? value : null;
}
