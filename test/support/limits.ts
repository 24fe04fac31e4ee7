import type { LimitsOptions } from 'nestjs-users';

const FREE = { limit: 1_000_000 };

/** For tests of something else than limits: nobody meets one, but for the hundred wrong passwords in a row that are always the last. */
export const NO_LIMITS = {
  passwordChecks: FREE,
  failedChecksFromAddress: FREE,
  failedChecksAnywhere: FREE,
  registrations: FREE,
  confirmations: FREE,
  mailsToAccount: FREE,
  mailRequests: FREE,
  consecutiveFailures: 100,
} as const satisfies LimitsOptions;

/** A request from nowhere in particular. */
export const VISITOR = { ip: '198.51.100.7', userAgent: 'Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0' } as const;
