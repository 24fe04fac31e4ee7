import { Injectable } from '@nestjs/common';
import { type Actor, Precedence } from '../authority/precedence.js';
import { Clock } from '../kernel/clock.port.js';
import { ForbiddenError } from '../kernel/errors.js';
import { Fields } from '../kernel/fields.js';
import type { RequestSource } from '../kernel/request-source.js';
import { ModerationService } from '../moderation/moderation.service.js';
import { Database } from '../persistence/database.js';
import { networkOf } from '../rate-limits/network-of.js';
import { RateLimiter } from '../rate-limits/rate-limiter.js';
import { LimitsSettings } from '../rate-limits/rate-limits.options.js';
import { RegistrationClosedError } from '../registration/registration.errors.js';
import { RegistrationSettings } from '../registration/registration.options.js';
import { type CreateUserInput, UserCreation } from '../registration/user-creation.js';
import { ADMIN } from '../roles/right-names.js';
import { permits, Rights } from '../roles/rights.js';
import { Credentials } from '../sessions/credentials.js';
import { SessionCheck } from '../sessions/session-check.js';
import {
  ActingError,
  InvalidCredentialsError,
  InvalidSessionError,
  ReauthenticationRequiredError,
  StepNeededError,
} from '../sessions/sessions.errors.js';
import type { BaseUser } from '../users/base-user.js';
import { keysOf, type UserRef } from '../users/user-ref.js';
import { UserStore } from '../users/user.store.js';

/** How somebody shows who he is: by his password, or by the token of his session. */
export type ActorProof = { readonly login: string; readonly password: string } | { readonly sessionToken: string };

interface ProvenActor extends Actor {
  /** Whether he has shown lately that he knows the password. */
  readonly isRecent: boolean;
}

const TOKEN_LENGTH = 200;
/** What only whoever may create users says of a new one. */
const RESERVED = ['email', 'isAdmin', 'isService', 'emailConfirmed', 'mustChangePassword'] as const;

/** Acts on users in somebody's name, for callers who trust nobody: who it is and what he may do is found out here. */
@Injectable()
export class UserActs {
  constructor(
    private readonly creation: UserCreation,
    private readonly moderation: ModerationService,
    private readonly precedence: Precedence,
    private readonly rights: Rights,
    private readonly credentials: Credentials,
    private readonly sessions: SessionCheck,
    private readonly settings: RegistrationSettings,
    private readonly limiter: RateLimiter,
    private readonly limits: LimitsSettings,
    private readonly users: UserStore,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws InvalidSessionError for nobody, where there are users, and for a bad token; InvalidCredentialsError, StepNeededError,
   *   ActingError for a session in another's name, TooManyRequestsError; ForbiddenError for who may not; InvalidInputError, WeakPasswordError, UsernameTakenError, EmailTakenError.
   */
  async create(proof: ActorProof | null, input: CreateUserInput, from?: RequestSource): Promise<BaseUser> {
    if (proof === null) return this.createFirst(input, from);
    const { user, permissions } = await this.prove(proof, from);
    const body = Fields.of(input);
    if (permits(permissions, 'users.create')) {
      if (body.raw('isAdmin') === true && !permissions.includes(ADMIN))
        throw new ForbiddenError('Only administrators make administrators.');
      return this.creation.create(input, 'admin');
    }
    if (this.settings.createRequires !== 'anyUser') throw new ForbiddenError('You may not make users.');
    for (const name of RESERVED) if (body.has(name)) body.fault(name, 'USERS_NOT_ALLOWED');
    body.done();
    // Otherwise one account would make any number, each at the cost of a hash.
    await this.limiter.spend(this.limits.registrations, from === undefined ? user.id : networkOf(from.ip));
    return this.creation.create(input, 'registration');
  }

  /**
   * @returns whether there was such a user.
   * @throws as {@link create}, ReauthenticationRequiredError for oneself by an older session, and LastAdminError.
   */
  async delete(proof: ActorProof | null, ref: UserRef, from?: RequestSource): Promise<boolean> {
    if (proof === null) throw new InvalidSessionError('missing');
    const actor = await this.prove(proof, from);
    const target = await this.users.find(this.database, keysOf(ref));
    if (target?.id === actor.user.id) {
      if (!actor.isRecent) throw new ReauthenticationRequiredError();
      return this.moderation.delete({ id: target.id });
    }
    // Before it shows whether there is such a user.
    if (!permits(actor.permissions, 'users.delete')) throw new ForbiddenError('You may not delete users.');
    if (target === null) return false;
    await this.precedence.require(actor, { id: target.id });
    return this.moderation.delete({ id: target.id });
  }

  private async createFirst(input: CreateUserInput, from?: RequestSource): Promise<BaseUser> {
    if (from !== undefined) await this.limiter.spend(this.limits.registrations, networkOf(from.ip));
    try {
      return await this.creation.bootstrap(input);
    } catch (error) {
      if (error instanceof RegistrationClosedError) throw new InvalidSessionError('missing');
      throw error;
    }
  }

  private async prove(proof: ActorProof, from?: RequestSource): Promise<ProvenActor> {
    const input = Fields.of(proof);
    if (!input.has('sessionToken')) return this.proveByPassword(input, from);
    const token = input.text('sessionToken', { max: TOKEN_LENGTH });
    for (const name of ['login', 'password']) if (input.has(name)) input.fault(name, 'USERS_NOT_ALLOWED');
    input.done();
    const context = await this.sessions.authenticate(token);
    // It has the user's rights and shows nothing of him: what is told here would name the user, and not the human behind it.
    if (context.session.actor !== null) throw new ActingError();
    if (context.session.needs.length > 0) throw new StepNeededError(context.session.needs);
    return { ...context, isRecent: context.session.recentUntil > this.clock.now() };
  }

  private async proveByPassword(input: Fields, from?: RequestSource): Promise<ProvenActor> {
    const verified = await this.credentials.verify(this.credentials.read(input), from);
    if (verified === null) throw new InvalidCredentialsError();
    const { user } = verified;
    if (user.mustChangePassword) throw new StepNeededError(['new-password']);
    const rights = { roles: this.rights.rolesOf(user), permissions: this.rights.permissionsOf(user) };
    return { user, session: { kind: 'session' }, ...rights, isRecent: true };
  }
}
