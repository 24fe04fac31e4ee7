import { Injectable } from '@nestjs/common';
import { Database } from '../persistence/database.js';
import { mayActAs, Rights } from '../roles/rights.js';
import { SignInRule } from '../users/sign-in-rule.js';
import { isOver } from './session-lifetime.js';
import { type LookedUp, SessionLookupStore } from './session-lookup.store.js';
import { SessionRule } from './session-rule.js';

/** Whether somebody may still act in another's name: asked at each request of such a session, and of no other. */
@Injectable()
export class ActingCheck {
  constructor(
    private readonly lookup: SessionLookupStore,
    private readonly database: Database,
    private readonly rights: Rights,
    private readonly signInRule: SignInRule,
    private readonly rule: SessionRule,
  ) {}

  /** His own session must stand, and he must still be one who may. */
  async stands({ session, user }: LookedUp, now: Date): Promise<boolean> {
    if (session.acting?.as !== 'acting') return false;
    const own = await this.lookup.find(this.database, session.acting.sessionId);
    if (own === null || own.session.userId !== session.actorId || own.session.acting?.sessionId !== session.id) return false;
    if (isOver(own.session, this.rule, now) || (own.blackoutAt !== null && own.session.createdAt <= own.blackoutAt)) return false;
    return this.signInRule.allows(own.user) && mayActAs(this.rights.permissionsOf(own.user), this.rights.permissionsOf(user));
  }
}
