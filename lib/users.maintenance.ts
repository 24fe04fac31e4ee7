import type { FactoryProvider } from '@nestjs/common';
import { Clock } from './kernel/clock.port.js';
import { after } from './kernel/duration.js';
import { RandomSource } from './kernel/random-source.port.js';
import { inBatches } from './maintenance/in-batches.js';
import { KnownDevices } from './known-devices/known-devices.service.js';
import { Janitor, type Sweep } from './maintenance/janitor.js';
import { OneTimeTokenStore } from './one-time-tokens/one-time-token.store.js';
import { Database } from './persistence/database.js';
import { AttemptStore } from './rate-limits/attempt-store.port.js';
import { LimitsSettings } from './rate-limits/rate-limits.options.js';
import { PendingNames } from './registration/pending-names.js';
import { SessionsService } from './sessions/sessions.service.js';

interface Parts {
  readonly sessions: SessionsService;
  readonly tokens: OneTimeTokenStore;
  readonly pending: PendingNames;
  readonly devices: KnownDevices;
  readonly attempts: AttemptStore;
  readonly limits: LimitsSettings;
  readonly database: Database;
  readonly clock: Clock;
}

/** What the janitor sweeps, in an order in which nothing waits for another: a token goes before the registration that it could confirm. */
function sweepsOf({ sessions, tokens, pending, devices, attempts, limits, database, clock }: Parts): Sweep[] {
  return [
    { what: 'sessions', sweep: () => sessions.purgeExpired() },
    { what: 'mailed tokens', sweep: () => inBatches((limit) => tokens.purge(database, clock.now(), limit), database) },
    { what: 'unconfirmed registrations', sweep: () => pending.purge() },
    { what: 'known devices', sweep: () => inBatches((limit) => devices.purge(limit), database) },
    { what: 'limits', sweep: () => inBatches((limit) => attempts.purge(database, after(clock.now(), -limits.memory), limit), database) },
  ];
}

export const JANITOR: FactoryProvider<Janitor> = {
  provide: Janitor,

  useFactory: (
    random: RandomSource,
    ...parts: [SessionsService, OneTimeTokenStore, PendingNames, KnownDevices, AttemptStore, LimitsSettings, Database, Clock]
  ) => {
    const [sessions, tokens, pending, devices, attempts, limits, database, clock] = parts;
    return new Janitor(sweepsOf({ sessions, tokens, pending, devices, attempts, limits, database, clock }), random);
  },
  inject: [RandomSource, SessionsService, OneTimeTokenStore, PendingNames, KnownDevices, AttemptStore, LimitsSettings, Database, Clock],
};
