import { Injectable } from '@nestjs/common';
import type { HttpExchange } from '../http-exchange.js';
import { ABSENT, type CarrierReading, TokenCarrier, UNUSABLE } from './token-carrier.port.js';

/** `X-Api-Key: nuk_...` */
@Injectable()
export class ApiKeyCarrier extends TokenCarrier {
  override read(exchange: HttpExchange): CarrierReading {
    const count = exchange.count('x-api-key');
    if (count === 0) return ABSENT;
    const token = exchange.header('x-api-key') ?? '';
    // Node joins two of them with a comma; which one a proxy has checked nobody can tell.
    return count > 1 || !/^[A-Za-z0-9_]+$/.test(token) ? UNUSABLE : { is: 'token', token };
  }
}
