import type { RequestSource } from '../kernel/request-source.js';
import type { SocialIdentity } from '../social-identities/social-identity.js';
import type { LinkOptions } from '../social-sign-in/social-links.js';
import type { SocialProfile } from '../social-sign-in/social-profile.js';
import type { SocialSignInInput, SocialSignInResult } from '../social-sign-in/social-sign-in.js';
import type { BaseUser } from '../users/base-user.js';
import type { UserRef } from '../users/user-ref.js';
import type { UserAdmission } from './user-admission.js';

/** What `UsersService` does with accounts at other providers. */
export abstract class UsersBySocial<U extends BaseUser> {
  protected constructor(protected readonly admission: UserAdmission) {}

  /** The user whom somebody at a provider is linked to, active or not. */
  async findBySocial(provider: string, subject: string): Promise<U | null> {
    return (await this.admission.links.findUser(provider, subject)) as U | null;
  }

  /**
   * Signs in whoever came back from a provider, whose answer the caller has verified: finds him, links him where the provider verified
   * the address that he confirmed here, or makes him an account where registration is open.
   *
   * @param from where the request came from; leave it out only in trusted code, which spends no budget of registrations.
   * @throws InvalidCredentialsError for who may not sign in, as a log-in does; SocialLinkRefusedError, RegistrationClosedError,
   *   TooManyRequestsError, UsernameTakenError; InvalidInputError, also where nothing names who is new.
   */
  async signInBySocial(input: SocialSignInInput, from?: RequestSource): Promise<SocialSignInResult<U>> {
    return (await this.admission.social.signIn(input, from)) as SocialSignInResult<U>;
  }

  /**
   * Links somebody at a provider to a user: by the address that the provider verified and he confirmed here, or in a session of his that
   * signed in lately. Idempotent.
   *
   * @throws SocialLinkRefusedError when neither shows that they are one; SocialIdentityTakenError; NotFoundError for nobody and who is not active;
   *   InvalidInputError; with `session` InvalidSessionError, ReauthenticationRequiredError, ActingError, StepNeededError.
   */
  linkSocial(ref: UserRef, profile: SocialProfile, options?: LinkOptions): Promise<SocialIdentity> {
    return this.admission.links.link(ref, profile, options);
  }

  /**
   * Unlinks one identity, or without `subject` all of his at the provider. Sessions opened by it go on.
   *
   * @returns whether there was one. @throws LastSignInError when neither a password nor another identity would be left; NotFoundError.
   */
  unlinkSocial(ref: UserRef, provider: string, subject?: string): Promise<boolean> {
    return this.admission.links.unlink(ref, provider, subject);
  }

  /** By which providers he can sign in, oldest link first. @throws NotFoundError. */
  listSocial(ref: UserRef): Promise<SocialIdentity[]> {
    return this.admission.links.list(ref);
  }
}
