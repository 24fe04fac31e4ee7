import type { HttpExchange } from '../http-exchange.js';

/** `unusable` is not `absent`: who shows a credential that cannot be read is not let in by another one. */
export type CarrierReading = { readonly is: 'absent' } | { readonly is: 'unusable' } | { readonly is: 'token'; readonly token: string };

export const ABSENT: CarrierReading = { is: 'absent' };
export const UNUSABLE: CarrierReading = { is: 'unusable' };

/** Brings a token in. It reads and never validates: a token it gives may be nonsense. */
export abstract class TokenCarrier {
  /** Must not throw, whatever a client sent. */
  abstract read(exchange: HttpExchange): CarrierReading;
}
