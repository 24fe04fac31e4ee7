import type { Mail } from './mail.js';
import { maskEmail } from './mask-email.js';

const MAX_REASON_LENGTH = 200;

/** Why a transport did not take a mail. */
export interface MailFault {
  /** For the log: without token, without full address, on one line. */
  readonly reason: string;
  /** True when no further try can mend it. */
  readonly isFinal: boolean;
}

/** Reads what a transport threw; it may have thrown anything. */
export function mailFaultOf(error: unknown, mail: Mail): MailFault {
  const { code, message, permanent, responseCode } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const parts = [code, message].filter((part) => typeof part === 'string');
  return {
    reason: safe(parts.length === 0 ? 'the transport gave no reason' : parts.join(' '), mail),
    isFinal: permanent === true || (typeof responseCode === 'number' && responseCode >= 500 && responseCode <= 599),
  };
}

/** A transport may put the whole mail into its message, so nothing that could be a token stays. */
function safe(reason: string, { to }: Mail): string {
  const line = reason.replaceAll(to, maskEmail(to)).replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return line.replace(/[\w=+/-]{20,}/g, '…').slice(0, MAX_REASON_LENGTH);
}
