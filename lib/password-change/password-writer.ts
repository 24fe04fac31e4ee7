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
  readonly mustChange: boolean;
  /** Runs behind the user's lock; its exception undoes everything. */
  /** Whether API keys live on: his own change of the password says nothing about them. @default false */
  readonly keepKeys?: boolean;
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

  async write(user: BaseUser, hash: string, { keepSession, keepKeys = false, mustChange, guard, from }: PasswordWrite): Promise<void> {
    await this.units.run(async (work) => {
      if (!(await this.users.update(work, user.id, { mustChangePassword: mustChange, updatedAt: work.now }))) throw new NotFoundError();
      await guard?.(work);
      await this.passwords.set(work, user.id, hash, work.now);
      await this.sessions.endAll(work, { userId: user.id, exceptId: keepSession, state: 'all', kind: keepKeys ? 'session' : undefined });
      await this.devices.forgetAll(work, user.id);
      await this.tokens.voidAll(work, user.id, ['reset-password', 'change-email']);
      await work.record(new PasswordChanged(work.now, user.id));
      work.afterCommit(() => this.tell(user, work.now, from ?? UNKNOWN_SOURCE));
    });
  }

  private tell(user: BaseUser, at: Date, from: RequestSource): void {
    const { email } = user;
    if (email === null) return;
    this.background.run('Mailing that a password changed', () =>
      this.notifier.notify({ kind: 'password-changed', to: email, user: factsOf(user), at, from }),
    );
  }
}
