import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Session, SessionContext } from '../../sessions/session.js';
import { guardedValue } from './guarded-value.js';

/** The names that `@CurrentSession('...')` takes. */
export type CurrentSessionField = keyof Session;

const fromRequest = createParamDecorator((field: string | undefined, context: ExecutionContext) => {
  const session =
    (guardedValue(context, { property: 'auth', field: undefined, name: 'CurrentSession' }) as SessionContext | null)?.session ?? null;
  return field === undefined ? session : (session?.[field as CurrentSessionField] ?? null);
});

/** Hands the present session, or one of its fields, to a handler: `@CurrentSession() session: CurrentSession`. `null` as with `CurrentUser`. */
export const CurrentSession: (field?: CurrentSessionField) => ParameterDecorator = (field) => fromRequest(field);
/** The session by which the request came. */
export type CurrentSession = Session;
