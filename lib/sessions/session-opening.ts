import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import { type Fields } from '../kernel/fields.js';
import { newId } from '../kernel/id.js';
import { Measurements } from '../kernel/measurements.js';
import { RandomSource } from '../kernel/random-source.port.js';
import { type RequestSource, storableSource } from '../kernel/request-source.js';
import { mintToken } from '../kernel/secret-token.js';
import type { Work } from '../persistence/unit-of-work.js';
import type { BaseUser } from '../users/base-user.js';
import { UsersSettings } from '../users/users.options.js';
import type { SessionNeed, SessionRow } from './session.entity.js';
import { SessionStore } from './session.store.js';
import { SessionRule } from './session-rule.js';
import { SessionsSettings } from './sessions.options.js';
import { TooManySessionsError } from './sessions.errors.js';
import { SessionEnded, SessionOpened } from './sessions.events.js';

/** What a session is opened with, read from an input. */
export interface SessionDetails {
  readonly remember: boolean;
  readonly deviceName: string | null;
  readonly data: unknown;
  /** The end that the caller chose; `null` for never, `undefined` for the usual one. */
  readonly expiresAt: Date | null | undefined;
  readonly needs: readonly SessionNeed[];
  readonly from: RequestSource | undefined;
}

/** What a session in another's name has of the human behind it. */
export interface ActingDetails extends Pick<SessionRow, 'actorId' | 'acting' | 'endsAt' | 'authenticatedAt' | 'remember' | 'deviceName'> {
  readonly from: RequestSource | undefined;
}

export interface OpenedSession {
  readonly token: string;
  readonly row: SessionRow;
}

/** Opens sessions: a new row, a new token, whatever the client brought along (session fixation). */
@Injectable()
export class SessionOpening {
  constructor(
    private readonly store: SessionStore,
    private readonly settings: SessionsSettings,
    private readonly rule: SessionRule,
    private readonly rules: UsersSettings,
    private readonly clock: Clock,
    private readonly random: RandomSource,
    private readonly measurements: Measurements,
  ) {}

  /** Reads remember, deviceName, data and expiresAt; faults are noted in `input`. */
  read(input: Fields, from: RequestSource | undefined): SessionDetails {
    return {
      remember: input.optionalFlag('remember') ?? false,
      deviceName: input.optionalText('deviceName', { max: 100, line: true }) ?? null,
      data: input.optionalJson('data', this.rules.jsonBytes) ?? null,
      expiresAt: this.chosenEnd(input),
      needs: [],
      from,
    };
  }

  /** Must run after a write to the user's row: that lock keeps `max` exact. */
  async open(work: Work, user: BaseUser, details: SessionDetails): Promise<OpenedSession> {
    await this.makeRoom(work, user.id);
    const id = newId(work.now, this.random);
    const { token, secretHash } = mintToken('session', id, this.random);
    const row = this.rowOf({ id, secretHash, userId: user.id }, details, work.now);
    await this.store.insert(work, row);
    await work.record(new SessionOpened(work.now, user.id, id, { ip: row.ip, userAgent: row.userAgent }));
    work.afterCommit(() => this.measurements.note('session-opened', 'ok'));
    return { token, row };
  }

  /**
   * A session in another's name. It takes up none of his places, and is no sign-in of his: no {@link SessionOpened} tells of it.
   */
  async openActing(work: Work, userId: string, { from, ...more }: ActingDetails): Promise<OpenedSession> {
    const id = newId(work.now, this.random);
    const { token, secretHash } = mintToken('session', id, this.random);
    const details = { remember: false, deviceName: null, data: null, expiresAt: undefined, needs: [], from };
    const row: SessionRow = { ...this.rowOf({ id, secretHash, userId }, details, work.now), ...more };
    await this.store.insert(work, row);
    return { token, row };
  }

  private rowOf(identity: Pick<SessionRow, 'id' | 'secretHash' | 'userId'>, details: SessionDetails, now: Date): SessionRow {
    return {
      ...identity,
      kind: 'session',
      actorId: null,
      acting: null,
      needs: details.needs.length > 0 ? [...details.needs] : null,
      createdAt: now,
      lastSeenAt: now,
      authenticatedAt: now,
      endsAt: details.expiresAt === undefined ? after(now, this.settings.absoluteTimeout) : details.expiresAt,
      fixed: details.expiresAt !== undefined,
      remember: details.remember,
      ...storableSource(details.from),
      deviceName: details.deviceName,
      resourceRoles: null,
      data: details.data,
      apiKey: null,
      uses: 0,
    };
  }

  private async makeRoom(work: Work, userId: string): Promise<void> {
    const { max, whenFull } = this.settings;
    if (max === null) return;
    // What is over, but not purged yet, takes up no place.
    await this.store.deleteAll(work, { userId, state: 'expired' }, await this.rule.edgeAt(work, work.now));
    const surplus = await this.store.findBeyond(work, userId, max - 1);
    if (surplus.length > 0 && whenFull === 'refuse') throw new TooManySessionsError();
    if (surplus.length === 0) return;
    await this.store.deleteIds(work, surplus);
    work.afterCommit(() => this.measurements.note('session-ended', 'ended', surplus.length));
    for (const id of surplus) await work.record(new SessionEnded(work.now, userId, id));
  }

  /** A date, an ISO string or milliseconds, capped by the absolute time-out; `null` only where `allowNonExpiring` is on. */
  private chosenEnd(input: Fields): Date | null | undefined {
    const value = input.raw('expiresAt');
    if (value === undefined) return undefined;
    if (value === null && this.settings.allowNonExpiring) return null;
    const at = input.optionalInstant('expiresAt');
    const now = this.clock.now();
    if (at !== undefined && at <= now) input.fault('expiresAt', 'USERS_NOT_VALID');
    const latest = after(now, this.settings.absoluteTimeout);
    return at !== undefined && at > latest ? latest : at;
  }
}
