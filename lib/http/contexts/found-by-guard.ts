import type { ExecutionContext } from '@nestjs/common';
import type { SessionContext } from '../../sessions/session.js';
import type { CallFace } from './context-reader.port.js';

/** What the guard leaves at the request. Never `request.session`: that belongs to the host's own session middleware. */
interface AuthenticatedRequest {
  user?: unknown;
  auth?: SessionContext | null;
}

/** What was found, by handler; under `null` for whichever handler asks. */
type Kept = Map<object | null, AuthenticatedRequest>;

const keepers = new WeakMap<object, Kept>();

/** Keeps what the guard found for the decorators, and, in HTTP and what goes over it, at the request, where other code looks. */
export function keepFound(face: CallFace, context: ExecutionContext, found: SessionContext | null): void {
  const user = found?.user ?? null;
  if (face.isLasting !== true) {
    const request = face.request as AuthenticatedRequest;
    request.user = user;
    request.auth = found;
  }
  if (context.getType<string>() === 'http') return;
  const values = { user, auth: found };
  const kept: Kept = keepers.get(face.keeper) ?? new Map<object | null, AuthenticatedRequest>();
  // By handler, since a query has many, and those of another user space have found somebody else.
  kept.set(context.getHandler(), values);
  if (face.isLasting !== true) kept.set(null, values);
  keepers.set(face.keeper, kept);
}

/** What a guard left for this handler; in HTTP that is at the request, where another guard may have put it. */
export function foundIn(context: ExecutionContext): AuthenticatedRequest {
  if (context.getType<string>() === 'http') return context.getArgByIndex<AuthenticatedRequest | null | undefined>(0) ?? {};
  for (const argument of context.getArgs<unknown[]>()) {
    const kept = typeof argument === 'object' && argument !== null ? keepers.get(argument) : undefined;
    const found = kept?.get(context.getHandler()) ?? kept?.get(null);
    if (found !== undefined) return found;
  }
  return {};
}
