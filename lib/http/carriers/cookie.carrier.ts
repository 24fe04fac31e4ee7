import { Injectable } from '@nestjs/common';
import { HttpSettings } from '../http.options.js';
import type { HttpExchange } from '../http-exchange.js';
import { cookieValues, serialiseCookie } from './cookies.js';
import { ABSENT, type CarrierReading, TokenCarrier, UNUSABLE } from './token-carrier.port.js';

const PREFIX = '__Host-';

/** The session cookie and the cookie of the known device. Both are HttpOnly, host-only and for the whole path. */
@Injectable()
export class CookieCarrier extends TokenCarrier {
  constructor(private readonly settings: HttpSettings) {
    super();
  }

  override read(exchange: HttpExchange): CarrierReading {
    return this.readNamed(exchange, this.settings.cookie.name);
  }

  /** @returns the device's token, or `null` when there is none or it cannot be told which. */
  readDevice(exchange: HttpExchange): string | null {
    const reading = this.readNamed(exchange, this.settings.cookie.deviceName);
    return reading.is === 'token' ? reading.token : null;
  }

  /** @param maxAge in seconds; left out, the cookie goes with the browser. */
  write(exchange: HttpExchange, token: string, maxAge?: number): void {
    this.set(exchange, this.settings.cookie.name, { value: token, maxAge });
  }

  /** @param maxAge in seconds. */
  writeDevice(exchange: HttpExchange, token: string, maxAge: number): void {
    this.set(exchange, this.settings.cookie.deviceName, { value: token, maxAge });
  }

  /** With the same attributes as it was set: a browser refuses to clear a `__Host-` cookie that is not Secure. */
  clear(exchange: HttpExchange): void {
    this.set(exchange, this.settings.cookie.name, { value: '', maxAge: 0 });
  }

  private readNamed(exchange: HttpExchange, name: string): CarrierReading {
    const [value, ...more] = cookieValues(exchange.header('cookie'), this.sentName(exchange, name));
    if (value === undefined) return ABSENT;
    // A sub-domain can add a cookie of the same name to the browser's own; which one is the user's nobody can tell.
    return more.length > 0 ? UNUSABLE : { is: 'token', token: value };
  }

  private set(exchange: HttpExchange, name: string, { value, maxAge }: { value: string; maxAge: number | undefined }): void {
    const cookie = { name: this.sentName(exchange, name), value, isSecure: this.isSecure(exchange), sameSite: this.settings.cookie.sameSite, maxAge };
    exchange.answer.append('Set-Cookie', serialiseCookie(cookie));
  }

  private sentName(exchange: HttpExchange, name: string): string {
    return this.isSecure(exchange) ? PREFIX + name : name;
  }

  private isSecure(exchange: HttpExchange): boolean {
    const { secure } = this.settings.cookie;
    return secure === 'auto' ? exchange.isSecure : secure;
  }
}
