import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import type { OneTimeTokenRow } from '../one-time-tokens/one-time-token.entity.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Passwords } from '../passwords/passwords.service.js';
import type { Work } from '../persistence/unit-of-work.js';
import { SessionEnding } from '../sessions/session-ending.js';
import { SocialIdentityStore } from '../social-identities/social-identity.store.js';
import { AdminChanged } from '../users/users.events.js';
import { FirstAdmin } from './first-admin.js';
import { ResetMail } from './reset-mail.port.js';

type Confirmed = Pick<OneTimeTokenRow, 'userId' | 'sentTo'>;

/** Whoever becomes administrator by confirming the address `registration.firstAdmin`. */
@Injectable()
export class ChosenAdmin {
  constructor(
    private readonly firstAdmin: FirstAdmin,
    private readonly passwords: Passwords,
    private readonly tokens: OneTimeTokens,
    private readonly sessions: SessionEnding,
    private readonly identities: SocialIdentityStore,
    private readonly mail: ResetMail,
    private readonly background: Background,
  ) {}

  /** Must run behind {@link FirstAdmin.lock} where the address is the chosen one. @returns whether he is the administrator from now on. */
  async claim(work: Work, { sentTo }: Confirmed): Promise<boolean> {
    return this.firstAdmin.isChosen(sentTo) && (await this.firstAdmin.claimForChosen(work));
  }

  /**
   * Leaves nobody a way in but the reader of the mail. Anybody can register the chosen address with a password of his own, and who reads the
   * mail cannot tell whose link it is: so the password, every session and API key, every identity at a provider and every open link go, and a reset link is mailed.
   */
  async leaveToOwner(work: Work, { userId, sentTo }: Confirmed): Promise<void> {
    await this.passwords.delete(work, userId);
    await this.sessions.endAll(work, { userId, state: 'all' });
    await this.identities.deleteOf(work, userId);
    // A change of address that somebody asked for before would hand the administrator over by its own link.
    await this.tokens.voidAll(work, userId, ['change-email', 'reset-password']);
    await work.record(new AdminChanged(work.now, userId, true));
    work.afterCommit(() => this.background.run('Mailing the first administrator a reset link', () => this.mail.send(sentTo ?? '')));
  }
}
