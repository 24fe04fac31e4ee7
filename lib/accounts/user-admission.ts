import { Injectable } from '@nestjs/common';
import { InvitationAcceptance } from '../invitations/invitation-acceptance.js';
import { Invitations } from '../invitations/invitations.service.js';
import { RegistrationService } from '../registration/registration.service.js';
import { UserCreation } from '../registration/user-creation.js';
import { SocialLinks } from '../social-sign-in/social-links.js';
import { SocialSignIn } from '../social-sign-in/social-sign-in.js';
import { UserActs } from './user-acts.js';

export type { ActorProof } from './user-acts.js';

/** The ways in which somebody becomes a user, and the acts in somebody's name, side by side. */
@Injectable()
export class UserAdmission {
  constructor(
    readonly creation: UserCreation,
    readonly registration: RegistrationService,
    readonly invitations: Invitations,
    readonly acceptance: InvitationAcceptance,
    readonly social: SocialSignIn,
    readonly links: SocialLinks,
    readonly acts: UserActs,
  ) {}
}
