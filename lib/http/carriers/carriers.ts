import { Injectable } from '@nestjs/common';
import { type CarrierName, HttpSettings } from '../http.options.js';
import type { HttpExchange } from '../http-exchange.js';
import { ApiKeyCarrier } from './api-key.carrier.js';
import { BearerCarrier } from './bearer.carrier.js';
import { CookieCarrier } from './cookie.carrier.js';
import { ABSENT, type CarrierReading } from './token-carrier.port.js';

export type Credential = CarrierReading & {
  /** The carrier that decided; `null` when the request shows nothing. */
  readonly carrier: CarrierName | null;
  /** Whether the browser may have added it by itself. */
  readonly hasSessionCookie: boolean;
};

const NOTHING: Credential = { is: 'absent', carrier: null, hasSessionCookie: false };

/** Finds the one credential of a request. Nothing else is looked at: no query string, no body, no other header. */
@Injectable()
export class Carriers {
  constructor(
    private readonly bearer: BearerCarrier,
    private readonly apiKey: ApiKeyCarrier,
    private readonly cookie: CookieCarrier,
    private readonly settings: HttpSettings,
  ) {}

  /** The header that somebody set himself counts, the cookie that a browser adds last: a bad token is not mended by a good cookie. */
  read(exchange: HttpExchange): Credential {
    const bearer = this.has('bearer') ? this.bearer.read(exchange) : ABSENT;
    if (bearer.is !== 'absent') return shownBy('bearer', bearer);
    const apiKey = this.has('apiKey') ? this.apiKey.read(exchange) : ABSENT;
    if (apiKey.is !== 'absent') return shownBy('apiKey', apiKey);
    const cookie = this.has('cookie') ? this.cookie.read(exchange) : ABSENT;
    return cookie.is === 'absent' ? NOTHING : shownBy('cookie', cookie);
  }

  has(carrier: CarrierName): boolean {
    return this.settings.carriers.includes(carrier);
  }
}

/** Named one by one: a spread is a microsecond of each request. */
function shownBy(carrier: CarrierName, reading: CarrierReading): Credential {
  const hasSessionCookie = carrier === 'cookie';
  if (reading.is === 'token') return { is: 'token', token: reading.token, carrier, hasSessionCookie };
  return { is: reading.is, carrier, hasSessionCookie };
}
