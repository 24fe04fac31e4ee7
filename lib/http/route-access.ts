import { type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Duration } from '../kernel/duration.js';
import type { AdminPermission } from '../roles/admin-permissions.js';
import type { SessionNeed } from '../sessions/session.entity.js';
import { type Demand, demandsOn } from './demands.js';
import { HttpSettings } from './http.options.js';

/** Who may enter a route: everybody unasked, whoever comes, or who has a session. */
export type Access = 'public' | 'optional' | 'session';

/** Metadata of `@Public()`. */
export const PublicRoute = Reflector.createDecorator<true>();
/** Metadata of `@OptionalSession()`. */
export const OptionalRoute = Reflector.createDecorator<true>();
/** Metadata of `@AdminOnly()`: it wins over the two above on the same target. */
export const AdminRoute = Reflector.createDecorator<true>();
/** Metadata of `@RecentLogin()`: how long ago at most; `null` for the usual time. In an object, since Nest 11 keeps no bare `null`. */
export const RecentRoute = Reflector.createDecorator<{ readonly within: Duration | null }>();
/** On a route of the administration: one of these permissions lets in, too. */
export const AsksFor = Reflector.createDecorator<readonly AdminPermission[]>();
/** Closes a route to API keys, whatever their scopes. */
export const SessionsOnly = Reflector.createDecorator<true>();
/** Closes a route to who acts in another's name. */
export const ClosedToActing = Reflector.createDecorator<true>();
/** Opens a route to sessions that still need one of these steps. */
export const OpenToNeeds = Reflector.createDecorator<readonly SessionNeed[]>();

/** Nest's own key: what `@UseGuards()` put on a handler. */
const GUARDS = '__guards__';

/** What one guard is told about one route. */
export interface RoutePlan {
  readonly access: Access;
  /** Whether nobody is welcome, too. */
  readonly isOptional: boolean;
  /** The steps that a session may still lack here. */
  readonly allowedNeeds: readonly SessionNeed[];
  /** Whether an API key may call it at all. */
  readonly takesKeys: boolean;
  /** Whether it is closed to who acts in another's name. */
  readonly isClosedToActing: boolean;
}

interface Told {
  readonly type: Type;
  readonly guard: unknown;
  readonly plan: RoutePlan;
}

/**
 * Reads what a route says about itself. The nearest word counts: a method's before its class's. Decorators have spoken before the first
 * request, so each route is read once.
 */
@Injectable()
export class RouteAccess {
  /** By handler; few classes share one, by inheritance. */
  private readonly told = new WeakMap<object, Told[]>();

  constructor(
    private readonly reflector: Reflector,
    private readonly settings: HttpSettings,
  ) {}

  /** @param guard the guard that asks: bound to the method itself, it is not lifted by a word on the class. */
  of(context: ExecutionContext, guard?: object): RoutePlan {
    const handler = context.getHandler();
    const type = context.getClass();
    const told = this.told.get(handler);
    if (told !== undefined) for (const one of told) if (one.type === type && one.guard === guard?.constructor) return one.plan;
    const plan = this.read(context, guard);
    this.told.set(handler, [...(told ?? []), { type, guard: guard?.constructor, plan }]);
    return plan;
  }

  private read(context: ExecutionContext, guard: object | undefined): RoutePlan {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.accessTo(context, guard);
    return {
      access,
      isOptional: access === 'optional',
      allowedNeeds: this.reflector.getAllAndOverride(OpenToNeeds, targets) ?? [],
      takesKeys: this.takesKeys(context),
      isClosedToActing: this.reflector.getAllAndOverride(ClosedToActing, targets) === true,
    };
  }

  private accessTo(context: ExecutionContext, guard: object | undefined): Access {
    const [handler, type] = [context.getHandler(), context.getClass()];
    const word = this.wordOn(handler);
    if (word !== undefined) return word;
    const bound: unknown = this.reflector.get<unknown>(GUARDS, handler);
    if (guard !== undefined && Array.isArray(bound) && bound.includes(guard.constructor)) return 'session';
    return this.wordOn(type) ?? 'session';
  }

  /** How recent a log-in must be; `undefined` where nothing asks. */
  recentLoginIn(context: ExecutionContext): Duration | null | undefined {
    return this.reflector.getAllAndOverride(RecentRoute, [context.getHandler(), context.getClass()])?.within;
  }

  /** What the class and the method ask for: all of it. */
  demandsOf(context: ExecutionContext): readonly Demand[] {
    return [...demandsOn(context.getClass()), ...demandsOn(context.getHandler())];
  }

  /** The permissions of which one opens a route of the administration to who is no administrator. */
  permissionsAskedIn(context: ExecutionContext): readonly string[] {
    return this.reflector.get(AsksFor, context.getHandler()) ?? [];
  }

  /** Only a route that says what a key must be good for can be called with one: who gave a key a scope thought of no other route. */
  private takesKeys(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride(SessionsOnly, targets)) return false;
    const isAsked = this.demandsOf(context).some(({ kind }) => kind === 'scope' || kind === 'permission');
    return isAsked || this.reflector.getAllAndOverride(AdminRoute, targets) === true;
  }

  /** The strictest word on one target counts, whatever the order in which the decorators stand. */
  private wordOn(target: Parameters<Reflector['get']>[1]): Access | undefined {
    if (this.reflector.get(AdminRoute, target) || demandsOn(target).length > 0) return 'session';
    if (this.reflector.get(OptionalRoute, target)) return 'optional';
    // Nobody knows who comes to a public route.
    if (this.reflector.get(ClosedToActing, target) === true) return undefined;
    const { publicKey } = this.settings;
    const isPublic =
      this.reflector.get(PublicRoute, target) === true || (publicKey !== null && Boolean(this.reflector.get<unknown>(publicKey, target)));
    return isPublic ? 'public' : undefined;
  }
}
