import { Injectable } from '@nestjs/common';
import { bindingOf } from '../kernel/secret-token.js';
import { isPlainObject } from '../kernel/json.js';
import { Database } from '../persistence/database.js';
import type { BaseUser } from '../users/base-user.js';
import type { RegisteredUser } from '../users/register.js';
import { UserStore } from '../users/user.store.js';
import { type Session, sessionOf } from './session.js';
import { SessionEnding } from './session-ending.js';
import type { OpenedSession } from './session-opening.js';
import { SessionRights } from './session-rights.js';
import { SessionRule } from './session-rule.js';
import { SessionsSettings } from './sessions.options.js';
import { SignedTokens } from './signed-tokens.port.js';

/** Who has just signed in, and what he may do. */
export interface LoginContext<U = RegisteredUser> {
  readonly user: U;
  readonly session: Session;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** Fields of the host's own for the answer of a log-in. */
export type LoginExtrasOf = (opened: LoginContext) => object | Promise<object>;

/** What the answer of a log-in holds beside user, session and token: the host's own fields, and a signed token where there are such. */
@Injectable()
export class LoginExtras {
  constructor(
    private readonly settings: SessionsSettings,
    private readonly signed: SignedTokens,
    private readonly rights: SessionRights,
    private readonly rule: SessionRule,
    private readonly ending: SessionEnding,
    private readonly users: UserStore,
    private readonly database: Database,
  ) {}

  /** For the same session under a new token. */
  async again(renewed: OpenedSession): Promise<Readonly<Record<string, unknown>>> {
    if (!this.isOn) return {};
    const user = await this.users.findById(this.database, renewed.row.userId);
    return user === null ? {} : this.of(renewed, user);
  }

  private get isOn(): boolean {
    return this.settings.loginExtras !== null || this.signed.isOn;
  }

  /** When it fails the session is ended: nobody has its token, and nobody would ever use it. */
  async of({ row }: OpenedSession, user: BaseUser): Promise<Readonly<Record<string, unknown>>> {
    if (!this.isOn) return {};
    const { loginExtras } = this.settings;
    const { roles, permissions } = this.rights.of(user, row);
    const context: LoginContext = { user: user as RegisteredUser, session: sessionOf(row, this.rule), roles, permissions };
    try {
      const own: unknown = await loginExtras?.(context);
      if (own !== undefined && !isPlainObject(own)) throw new TypeError('sessions.loginExtras must return an object with fields.');
      const signed = this.signed.isOn ? await this.signed.sign(context, { sessionId: row.id, binding: bindingOf(row.secretHash) }) : {};
      return { ...own, ...signed };
    } catch (error) {
      await this.ending.end(row.id);
      throw error;
    }
  }
}
