import { isId } from '../../extend.js';
import type { UserRef } from '../../index.js';
import type { Call } from './command.js';
import { usageFault } from './command-fault.js';

/** @throws CommandFault when nobody is named. */
export function refOf({ whom }: Call): UserRef {
  if (whom === undefined || whom === '') throw usageFault('Say whom: a user name, an address or an id.');
  return isId(whom) ? whom : { login: whom };
}
