import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { Fields } from '../kernel/fields.js';
import { Measurements } from '../kernel/measurements.js';
import { type RequestSource, storableSource } from '../kernel/request-source.js';
import { Database } from '../persistence/database.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { UsersEvents } from '../persistence/users-events.js';
import { type LoggedIn, Login } from '../sessions/login.js';
import { type LoginResult, sessionOf } from '../sessions/session.js';
import { LoginExtras } from '../sessions/login-extras.js';
import type { OpenInput } from '../sessions/session-input.js';
import { type SessionDetails, SessionOpening } from '../sessions/session-opening.js';
import { SessionRule } from '../sessions/session-rule.js';
import { InvalidCredentialsError } from '../sessions/sessions.errors.js';
import { LoginFailed } from '../sessions/sessions.events.js';
import { SocialIdentityTakenError, SocialLinkRefusedError } from '../social-identities/social-identities.errors.js';
import type { SocialIdentityRow } from '../social-identities/social-identity.entity.js';
import { SocialIdentityStore } from '../social-identities/social-identity.store.js';
import { EmailTakenError } from '../users/users.errors.js';
import { UserStore } from '../users/user.store.js';
import { isConfirmedAddressOf, SocialLinks } from './social-links.js';
import { displayNameIn, type ReadProfile, readProfile, type SocialProfile } from './social-profile.js';
import { type Newcomer, SocialRegistration } from './social-registration.js';

/** Who came back from a provider, and how his session is to be. */
export interface SocialSignInInput extends SocialProfile, Pick<OpenInput, 'remember' | 'deviceName' | 'data' | 'expiresAt'> {
  /** What else is known of who is new: a user name, needed where the provider verified no address; own fields, as at a registration. */
  readonly newUser?: { readonly username?: string | undefined; readonly [ownField: string]: unknown } | undefined;
}

export interface SocialSignInResult<U> extends LoginResult<U> {
  /** Whether the identity was known, is linked from now on to a user who was there, or made a new one. */
  readonly outcome: 'known' | 'linked' | 'registered';
}

interface Comer {
  readonly newcomer: Newcomer;
  readonly read: ReadProfile;
  readonly details: SessionDetails;
}

type Entered = LoggedIn & Pick<SocialSignInResult<unknown>, 'outcome'>;

/** Signs in whoever comes back from a provider: finds him, links him where that is proved, or makes him an account. */
@Injectable()
export class SocialSignIn {
  constructor(
    private readonly identities: SocialIdentityStore,
    private readonly users: UserStore,
    private readonly links: SocialLinks,
    private readonly registration: SocialRegistration,
    private readonly login: Login,
    private readonly extras: LoginExtras,
    private readonly opening: SessionOpening,
    private readonly rule: SessionRule,
    private readonly database: Database,
    private readonly units: UnitOfWork,
    private readonly events: UsersEvents,
    private readonly measurements: Measurements,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws InvalidCredentialsError for who may not sign in, as at a log-in; SocialLinkRefusedError, RegistrationClosedError,
   *   TooManyRequestsError, UsernameTakenError, InvalidInputError.
   */
  async signIn(body: SocialSignInInput, from?: RequestSource): Promise<SocialSignInResult<unknown>> {
    try {
      const input = Fields.of(body);
      const details = this.opening.read(input, from);
      const read = readProfile(input);
      input.done();
      const newcomer = { displayName: displayNameIn(input), more: Fields.of(input.raw('newUser') ?? {}) };
      const { user, row, token, device, outcome } = await this.admit({ newcomer, read, details });
      this.measurements.note('login', 'ok');
      const extras = await this.extras.of({ token, row }, user);
      return { token, user, session: sessionOf(row, this.rule), device, extras, outcome };
    } catch (error) {
      this.measurements.noteError('login', error);
      throw error;
    }
  }

  /** Of many who come at once one is the first; the others find what he left, at their second try. */
  private async admit(comer: Comer): Promise<Entered> {
    try {
      return await this.tryToAdmit(comer);
    } catch (error) {
      if (!(error instanceof SocialIdentityTakenError || error instanceof EmailTakenError)) throw error;
      return this.tryToAdmit(comer);
    }
  }

  private async tryToAdmit(comer: Comer): Promise<Entered> {
    const { provider, subject, verified } = comer.read;
    const known = await this.identities.find(this.database, { provider, subject });
    if (known !== null) return this.enterKnown(known, comer);
    const owner = verified === null ? null : await this.users.find(this.database, [{ emailKey: verified.key }]);
    return owner === null ? this.register(comer) : this.enterLinked(owner.id, comer);
  }

  private async enterKnown(known: SocialIdentityRow, { details }: Comer): Promise<Entered> {
    const entered = await this.units.run(async (work) => {
      const loggedIn = await this.login.enter(work, known.userId, details);
      // Unlinked since it was found: that session must not be.
      if (loggedIn !== null && !(await this.identities.touch(work, known, work.now))) throw new InvalidCredentialsError();
      return loggedIn;
    });
    return { ...(entered ?? this.refuse(known.userId, details)), outcome: 'known' };
  }

  private async enterLinked(userId: string, { read, details }: Comer): Promise<Entered> {
    const entered = await this.units.run(async (work) => {
      await this.users.lock(work, userId);
      const user = await this.users.findById(work, userId);
      if (user === null || !this.login.admits(user)) return null;
      if (!isConfirmedAddressOf(user, read)) throw new SocialLinkRefusedError();
      await this.links.write(work, user, { read, from: details.from });
      return this.enterFirst(work, userId, { read, details });
    });
    return { ...(entered ?? this.refuse(userId, details)), outcome: 'linked' };
  }

  private async register({ newcomer, read, details }: Comer): Promise<Entered> {
    const row = await this.registration.admit(newcomer, read, details.from);
    const entered = await this.registration.make(row, read, async (work, user) => {
      await this.links.write(work, user, { read, from: details.from, isNew: true });
      return this.enterFirst(work, user.id, { read, details });
    });
    return { ...(entered ?? this.refuse(row.id, details)), outcome: 'registered' };
  }

  private async enterFirst(work: Work, userId: string, { read, details }: Pick<Comer, 'read' | 'details'>): Promise<LoggedIn | null> {
    const loggedIn = await this.login.enter(work, userId, details);
    const identity = await this.identities.find(work, { provider: read.provider, subject: read.subject });
    if (identity !== null) await this.identities.touch(work, identity, work.now);
    return loggedIn;
  }

  private refuse(userId: string, { from }: SessionDetails): never {
    this.events.publish(new LoginFailed(this.clock.now(), userId, from && storableSource(from)));
    throw new InvalidCredentialsError();
  }
}
