import { InvalidOptionsError, NotFoundError, UsersError } from '../../index.js';
import { CommandFault, EXIT } from './command-fault.js';

/** Turns whatever a command threw into a sentence and an exit code. No stack: who reads it at three in the morning needs the sentence. */
export function faultOf(error: unknown): CommandFault {
  if (error instanceof CommandFault) return error;
  if (error instanceof NotFoundError) return new CommandFault(EXIT.refused, 'There is no such user, or the user is not active.');
  if (error instanceof InvalidOptionsError) return new CommandFault(EXIT.refused, error.issues.join('\n'));
  if (error instanceof UsersError) return faultOfService(error);
  return new CommandFault(EXIT.refused, `It failed, and nothing was changed: ${reasonOf(error)}`);
}

/** The innermost reason that has words: a connection refused on two addresses is an error without a message around two with one. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  if (inner !== undefined) return reasonOf(inner);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message.split('\n')[0]?.trim() || code;
}

function faultOfService(error: UsersError): CommandFault {
  if (error.kind === 'unavailable')
    return new CommandFault(EXIT.unavailable, `The database does not answer: ${reasonOf(error.cause ?? error)}`);
  const fields = Object.entries(error.fields ?? {}).map(([field, codes]) => `${field} (${codes.join(', ')})`);
  return new CommandFault(EXIT.refused, [error.message, ...fields].join('\n  '));
}
