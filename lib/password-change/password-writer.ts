import { Injectable } from '@nestjs/common';
import { Background } from '../kernel/background.js';
import { NotFoundError } from '../kernel/errors.js';
import { type RequestSource, UNKNOWN_SOURCE } from '../kernel/request-source.js';
import { KnownDevices } from '../known-devices/known-devices.service.js';
import { Notifier } from '../notifications/notifier.port.js';
import { OneTimeTokens } from '../one-time-tokens/one-time-tokens.service.js';
import { Passwords } from '../passwords/passwords.service.js';
import { UnitOfWork, type Work } from '../persistence/unit-of-work.js';
import { SessionEnding } from '../sessions/session-ending.js';
import type { BaseUser } from '../users/base-user.js';
import { factsOf } from '../users/named.js';
import { UserStore } from '../users/user.store.js';
import { PasswordChanged } from './password-change.events.js';

export interface PasswordWrite {
  /** The one session that goes on; without it all end. */
  readonly keepSession?: string | undefined;
  /** Whether all go on: only who gave the old password may want that. @default false */
  readonly keepSessions?: boolean;
  readonly mustChange: boolean;
  /** Whether API keys live on: his own change of the password says nothing about them. @default false */
  readonly keepKeys?: boolean;
  /** Runs behind the user's lock; its exception undoes everything. */
  readonly guard?: (work: Work) => Promise<void>;
  readonly from?: RequestSource | undefined;
}

/** Writes a new password and ends what must end with the old one, in one unit of work. */
@Injectable()
export class PasswordWriter {
  constructor(
    private readonly users: UserStore,
    private readonly passwords: Passwords,
    private readonly sessions: SessionEnding,
    private readonly devices: KnownDevices,
    private readonly tokens: OneTimeTokens,
    private readonly notifier: Notifier,
    private readonly background: Background,
    private readonly units: UnitOfWork,
  ) {}

  async write(user: BaseUser, hash: string, write: PasswordWrite): Promise<void> {
    const { keepSessions = false, from = UNKNOWN_SOURCE } = write;
    await this.units.run(async (work) => {
      if (!(await this.users.update(work, user.id, { mustChangePassword: write.mustChange, updatedAt: work.now })))
        throw new NotFoundError();
      await write.guard?.(work);
      await this.passwords.set(work, user.id, hash, work.now);
      if (!keepSessions) await this.endSessions(work, user.id, write);
      await this.devices.forgetAll(work, user.id);
      await this.tokens.voidAll(work, user.id, ['reset-password', 'change-email']);
      await work.record(new PasswordChanged(work.now, user.id));
      work.afterCommit(() => this.tell(user, { at: work.now, othersEnded: !keepSessions, from }));
    });
  }

  private async endSessions(work: Work, userId: string, { keepSession, keepKeys = false }: PasswordWrite): Promise<void> {
    await this.sessions.endAll(work, { userId, exceptId: keepSession, state: 'all', kind: keepKeys ? 'session' : undefined });
  }

  private tell(user: BaseUser, change: { at: Date; othersEnded: boolean; from: RequestSource }): void {
    const { email } = user;
    if (email === null) return;
    this.background.run('Mailing that a password changed', () =>
      this.notifier.notify({ kind: 'password-changed', to: email, user: factsOf(user), ...change }),
    );
  }
}
