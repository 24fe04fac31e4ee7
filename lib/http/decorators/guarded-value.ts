import { type ExecutionContext, InternalServerErrorException, Logger } from '@nestjs/common';
import { foundIn } from '../contexts/found-by-guard.js';

const logger = new Logger('UsersHttp');

/**
 * What a guard left for this call: `null` where nobody is signed in, and a field of it where one is asked for.
 *
 * @throws InternalServerErrorException where no guard ran, with a log line that names the route and the mend: the host forgot something,
 * and to hand out `undefined` as a user would hide it.
 */
export function guardedValue(
  context: ExecutionContext,
  { property, field, name }: { property: 'user' | 'auth'; field: string | undefined; name: string },
): unknown {
  const value = foundIn(context)[property];
  if (value === undefined) {
    const route = `${context.getClass().name}.${context.getHandler().name}`;
    logger.error(
      `@${name}() in ${route}, but no guard ran there: add @UseGuards(SessionGuard), or @OptionalSession() where nobody need be signed in.`,
    );
    throw new InternalServerErrorException();
  }
  return field === undefined ? value : ((value as Record<string, unknown> | null)?.[field] ?? null);
}
