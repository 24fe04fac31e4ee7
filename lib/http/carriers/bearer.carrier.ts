import { Injectable } from '@nestjs/common';
import type { HttpExchange } from '../http-exchange.js';
import { ABSENT, type CarrierReading, TokenCarrier, UNUSABLE } from './token-carrier.port.js';

/** RFC 6750, section 2.1; the scheme's name is case-insensitive (RFC 9110, section 11.1). */
const SCHEME = 'Bearer ';
const BEARER = /^Bearer [A-Za-z0-9._~+/-]+=*$/i;

/** `Authorization: Bearer <token>`. */
@Injectable()
export class BearerCarrier extends TokenCarrier {
  override read(exchange: HttpExchange): CarrierReading {
    const count = exchange.count('authorization');
    if (count === 0) return ABSENT;
    const header = exchange.header('authorization') ?? '';
    // Node shows the first of two headers, a proxy may have checked the second: believe neither.
    return count > 1 || !BEARER.test(header) ? UNUSABLE : { is: 'token', token: header.slice(SCHEME.length) };
  }
}
