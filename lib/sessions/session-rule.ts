import { Injectable } from '@nestjs/common';
import { after } from '../kernel/duration.js';
import type { LifetimeRule } from './session-lifetime.js';
import type { Edge } from './session.store.js';
import { SessionsSettings } from './sessions.options.js';

/** The idle time-out in force: the option's, until somebody sets another one at run time. */
@Injectable()
export class SessionRule implements LifetimeRule {
  /** In milliseconds. */
  idleTimeout: number;
  readonly sliding: boolean;

  constructor(settings: SessionsSettings) {
    this.idleTimeout = settings.idleTimeout;
    this.sliding = settings.sliding;
  }

  /** What parts live sessions from expired ones at `now`, for the database. */
  edgeAt(now: Date): Edge {
    return { now, idleSince: after(now, -this.idleTimeout), sliding: this.sliding };
  }
}
