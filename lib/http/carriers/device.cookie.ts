import { Injectable } from '@nestjs/common';
import { HttpSettings } from '../http.options.js';
import type { HttpExchange } from '../http-exchange.js';
import { cookieValues, serialiseCookie } from './cookies.js';

const PREFIX = '__Host-';
/** RFC 6265bis, section 5.6: the longest that browsers keep one. */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;

/** The cookie by which a browser is known again. It outlives every session, and opens nothing. */
@Injectable()
export class DeviceCookie {
  constructor(private readonly settings: HttpSettings) {}

  /** `null` where there is none; two of one name are none, since a sub-domain may have added one. */
  read(exchange: HttpExchange): string | null {
    const [value, ...more] = cookieValues(exchange.header('cookie'), this.nameFor(exchange));
    return value === undefined || more.length > 0 ? null : value;
  }

  write(exchange: HttpExchange, value: string): void {
    const cookie = { name: this.nameFor(exchange), value, isSecure: this.isSecure(exchange), maxAge: MAX_AGE_SECONDS };
    exchange.answer.append('Set-Cookie', serialiseCookie({ ...cookie, sameSite: this.settings.cookie.sameSite }));
  }

  private nameFor(exchange: HttpExchange): string {
    const { deviceName } = this.settings.cookie;
    return this.isSecure(exchange) ? PREFIX + deviceName : deviceName;
  }

  private isSecure(exchange: HttpExchange): boolean {
    const { secure } = this.settings.cookie;
    return secure === 'auto' ? exchange.isSecure : secure;
  }
}
