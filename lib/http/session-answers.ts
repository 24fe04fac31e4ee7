import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.port.js';
import { after } from '../kernel/duration.js';
import type { Fields } from '../kernel/fields.js';
import type { LoginResult, Session } from '../sessions/session.js';
import { SessionsService } from '../sessions/sessions.service.js';
import { SessionsSettings } from '../sessions/sessions.options.js';
import { Carriers } from './carriers/carriers.js';
import { CookieCarrier } from './carriers/cookie.carrier.js';
import type { HttpExchange } from './http-exchange.js';
import { type SessionView, sessionView } from './session-view.js';

/** How a token goes out. `bearer` sets no cookie at all, `cookie` shows no token in the body. */
export type Transport = 'cookie' | 'bearer';

/** A session whose token has not gone out yet. */
export interface NewToken {
  readonly token: string;
  readonly session: Session;
}

export interface TokenDelivery {
  readonly transport: Transport;
  /** Whether the cookie outlives the browser. */
  readonly remember: boolean;
}

/** Hands a new token to a client by the carrier that it asked for. */
@Injectable()
export class SessionAnswers {
  constructor(
    private readonly carriers: Carriers,
    private readonly cookie: CookieCarrier,
    private readonly sessions: SessionsService,
    private readonly settings: SessionsSettings,
    private readonly clock: Clock,
  ) {}

  /** Reads `transport` and `remember`; faults are noted in `body`. */
  read(body: Fields): TokenDelivery {
    const usual: Transport = this.carriers.has('cookie') ? 'cookie' : 'bearer';
    const transport = body.has('transport') ? body.raw('transport') : usual;
    const isKnown = transport === 'cookie' || transport === 'bearer';
    if (!isKnown || !this.carriers.has(transport)) body.fault('transport', 'USERS_NOT_VALID');
    return { transport: isKnown ? transport : usual, remember: body.optionalFlag('remember') ?? false };
  }

  /**
   * Delivers the token of somebody who has just signed in, and ends the session that the request came with: a token that was known before
   * must not be good afterwards (session fixation; OWASP ASVS 5.0, 7.2.4).
   */
  async deliverAtLogin(exchange: HttpExchange, opened: NewToken, delivery: TokenDelivery): Promise<{ token?: string }> {
    const before = this.carriers.read(exchange);
    if (before.is === 'token') await this.sessions.endByToken(before.token);
    return this.deliver(exchange, opened, delivery);
  }

  /** @returns what belongs into the body: the token, or nothing beside the cookie that it sets. */
  deliver(exchange: HttpExchange, { token, session }: NewToken, { transport, remember }: TokenDelivery): { token?: string } {
    if (transport === 'bearer') return { token };
    this.cookie.write(exchange, token, remember ? this.secondsLeft(session) : undefined);
    return {};
  }

  /** Delivers a token in the place of the one that the request came with, by the same carrier. */
  renew(exchange: HttpExchange, renewed: NewToken & Pick<TokenDelivery, 'remember'>): { session: SessionView; token?: string } {
    const transport = this.carriers.read(exchange).carrier === 'bearer' ? 'bearer' : 'cookie';
    return { session: sessionView(renewed.session), ...this.deliver(exchange, renewed, { transport, remember: renewed.remember }) };
  }

  /** Up to the end at which even a busy session is over: the cookie is never renewed. */
  private secondsLeft({ createdAt, expiresAt }: Session): number {
    const endsAt = this.settings.sliding
      ? after(createdAt, this.settings.absoluteTimeout)
      : (expiresAt ?? after(createdAt, this.settings.absoluteTimeout));
    return Math.max(1, Math.floor((endsAt.getTime() - this.clock.now().getTime()) / 1_000));
  }
}

/** Extras as they go out: none at all where there are none. */
export function extrasOf({ extras }: Pick<LoginResult, 'extras'>): Partial<Pick<LoginResult, 'extras'>> {
  return Object.keys(extras).length === 0 ? {} : { extras };
}
