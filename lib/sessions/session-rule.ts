import { Injectable } from '@nestjs/common';
import { after } from '../kernel/duration.js';
import type { Connection } from '../persistence/connection.js';
import { StateStore } from '../persistence/state.store.js';
import { blackoutOf } from './blackout.js';
import type { SessionViewRule } from './session.js';
import type { Edge } from './session-conditions.store.js';
import { SessionsSettings } from './sessions.options.js';

/** The idle time-out in force: the option's, until somebody sets another one at run time. */
@Injectable()
export class SessionRule implements SessionViewRule {
  /** In milliseconds. */
  idleTimeout: number;
  readonly sliding: boolean;
  readonly recentLogin: number;

  constructor(
    settings: SessionsSettings,
    private readonly state: StateStore,
  ) {
    this.idleTimeout = settings.idleTimeout;
    this.sliding = settings.sliding;
    this.recentLogin = settings.recentLogin;
  }

  /** What parts live sessions from expired ones at `now`, for the database: what a blackout shut out is over. */
  async edgeAt(on: Connection, now: Date): Promise<Edge> {
    const blackoutAt = blackoutOf(await this.state.get(on, 'blackout'));
    return { now, idleSince: after(now, -this.idleTimeout), sliding: this.sliding, blackoutAt };
  }
}
