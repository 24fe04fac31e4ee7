import { Injectable } from '@nestjs/common';
import { ForbiddenError } from '../kernel/errors.js';
import { Database } from '../persistence/database.js';
import { ADMIN } from '../roles/right-names.js';
import { outranks, Rights } from '../roles/rights.js';
import type { SessionKind } from '../sessions/session.entity.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';
import type { Grantor } from './authority.service.js';

/** Who acts on another user; a `SessionContext` is one. */
export interface Actor extends Grantor {
  readonly user: { readonly id: string };
  readonly session: { readonly kind: SessionKind };
}

/**
 * Who may act on whom. An act on an account is a way into it: a new password, another address, a session less. Who is no administrator
 * may therefore not touch those who may administrate more than he does; else one permission would lead to all.
 */
@Injectable()
export class Precedence {
  constructor(
    private readonly users: UserStore,
    private readonly rights: Rights,
    private readonly database: Database,
  ) {}

  /** Nobody outranks whom there is not. @throws ForbiddenError. */
  async require(actor: Actor, ref: UserRef): Promise<void> {
    const isAdmin = actor.permissions.includes(ADMIN);
    if (isAdmin && actor.session.kind === 'session') return;
    const target = await this.users.find(this.database, keysOf(ref));
    if (target === null) return;
    // What a key may not do to its owner by his own routes, it may not do by these either.
    if (actor.session.kind === 'apiKey' && target.id === actor.user.id) throw new ForbiddenError('An API key cannot act on its own owner.');
    if (outranks(this.rights.permissionsOf(target), actor.permissions))
      throw new ForbiddenError('This user may administrate more than you.');
  }
}
