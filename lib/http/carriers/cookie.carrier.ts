import { Injectable } from '@nestjs/common';
import { HttpSettings } from '../http.options.js';
import type { HttpExchange } from '../http-exchange.js';
import { cookieValues, serialiseCookie } from './cookies.js';
import { ABSENT, type CarrierReading, TokenCarrier, UNUSABLE } from './token-carrier.port.js';

const PREFIX = '__Host-';

/** The session cookie: HttpOnly, for this host alone, for the whole path. */
@Injectable()
export class CookieCarrier extends TokenCarrier {
  constructor(private readonly settings: HttpSettings) {
    super();
  }

  override read(exchange: HttpExchange): CarrierReading {
    const [value, ...more] = cookieValues(exchange.header('cookie'), this.nameFor(exchange));
    if (value === undefined) return ABSENT;
    // A sub-domain can add a cookie of the same name to the browser's own; which one is the user's nobody can tell.
    return more.length > 0 ? UNUSABLE : { is: 'token', token: value };
  }

  /** @param maxAge in seconds; left out, the cookie goes with the browser. */
  write(exchange: HttpExchange, token: string, maxAge?: number): void {
    this.set(exchange, token, maxAge);
  }

  /** With the same attributes as it was set: a browser refuses to clear a `__Host-` cookie that is not Secure. */
  clear(exchange: HttpExchange): void {
    this.set(exchange, '', 0);
  }

  private set(exchange: HttpExchange, value: string, maxAge: number | undefined): void {
    const cookie = {
      name: this.nameFor(exchange),
      value,
      isSecure: this.isSecure(exchange),
      sameSite: this.settings.cookie.sameSite,
      maxAge,
    };
    exchange.answer.append('Set-Cookie', serialiseCookie(cookie));
  }

  private nameFor(exchange: HttpExchange): string {
    const { name } = this.settings.cookie;
    return this.isSecure(exchange) ? PREFIX + name : name;
  }

  private isSecure(exchange: HttpExchange): boolean {
    const { secure } = this.settings.cookie;
    return secure === 'auto' ? exchange.isSecure : secure;
  }
}
