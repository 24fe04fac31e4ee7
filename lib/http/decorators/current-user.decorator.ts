import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { RegisteredUser } from '../../users/register.js';
import { guardedValue } from './guarded-value.js';

/** The names that `@CurrentUser('...')` takes: columns and other properties of the host's user class. */
export type CurrentUserField = keyof RegisteredUser & string;

const fromRequest = createParamDecorator((field: string | undefined, context: ExecutionContext) =>
  guardedValue(context, { property: 'user', field, name: 'CurrentUser' }),
);

/**
 * Hands the signed-in user, or one of his fields, to a handler: `@CurrentUser() user: CurrentUser`, `@CurrentUser('email') email: string`.
 * `null` where an `@OptionalSession()` found nobody; 500 where no guard ran. The parameter's own annotation is not checked by TypeScript.
 */
// One name for the decorator and the type: a type-only import in a decorated signature is error TS1272 in a starter project.
export const CurrentUser: (field?: CurrentUserField) => ParameterDecorator = (field) => fromRequest(field);
/** The signed-in user: the host's class where `Register` names it. */
export type CurrentUser = RegisteredUser;
