import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { SessionNeed } from '../sessions/session.entity.js';
import { HttpSettings } from './http.options.js';

/** Who may enter a route: everybody unasked, whoever comes, or who has a session. */
export type Access = 'public' | 'optional' | 'session';

/** Metadata of `@Public()`. */
export const PublicRoute = Reflector.createDecorator<true>();
/** Metadata of `@OptionalSession()`. */
export const OptionalRoute = Reflector.createDecorator<true>();
/** Metadata of `@AdminOnly()`: it wins over the two above on the same target. */
export const AdminRoute = Reflector.createDecorator<true>();
/** Opens a route to sessions that still need one of these steps. */
export const OpenToNeeds = Reflector.createDecorator<readonly SessionNeed[]>();

/** Nest's own key: what `@UseGuards()` put on a handler. */
const GUARDS = '__guards__';

/** Reads what a route says about itself. The nearest word counts: a method's before its class's. */
@Injectable()
export class RouteAccess {
  constructor(
    private readonly reflector: Reflector,
    private readonly settings: HttpSettings,
  ) {}

  /** @param guard the guard that asks: bound to the method itself, it is not lifted by a word on the class. */
  of(context: ExecutionContext, guard?: object): Access {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const word = this.wordOn(handler);
    if (word !== undefined) return word;
    const bound: unknown = this.reflector.get<unknown>(GUARDS, handler);
    if (guard !== undefined && Array.isArray(bound) && bound.includes(guard.constructor)) return 'session';
    return this.wordOn(type) ?? 'session';
  }

  /** The steps that a session may still lack here. */
  needsAllowedIn(context: ExecutionContext): readonly SessionNeed[] {
    return this.reflector.getAllAndOverride(OpenToNeeds, [context.getHandler(), context.getClass()]) ?? [];
  }

  /** The strictest word on one target counts, whatever the order in which the decorators stand. */
  private wordOn(target: Parameters<Reflector['get']>[1]): Access | undefined {
    if (this.reflector.get(AdminRoute, target)) return 'session';
    if (this.reflector.get(OptionalRoute, target)) return 'optional';
    const { publicKey } = this.settings;
    const isPublic =
      this.reflector.get(PublicRoute, target) === true || (publicKey !== null && Boolean(this.reflector.get<unknown>(publicKey, target)));
    return isPublic ? 'public' : undefined;
  }
}
