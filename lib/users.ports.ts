import type { Provider, Type } from '@nestjs/common';
import { ClientAddress } from './http/client-address.port.js';
import { FrameworkClientAddress } from './http/framework-client-address.js';
import { Clock } from './kernel/clock.port.js';
import { RandomSource } from './kernel/random-source.port.js';
import { SystemClock } from './kernel/system-clock.js';
import { SystemRandomSource } from './kernel/system-random-source.js';
import { MailNotifier } from './notifications/mail-notifier.js';
import { Notifier } from './notifications/notifier.port.js';
import { BreachChecker, NoBreachChecker } from './passwords/breach-checker.port.js';
import { defaultPasswordHasher } from './passwords/default-password-hasher.js';
import { HaveIBeenPwned } from './passwords/have-i-been-pwned.js';
import { PasswordHasher } from './passwords/password-hasher.port.js';
import { PasswordsSettings } from './passwords/passwords.options.js';
import { InvalidationBus } from './persistence/invalidation-bus.port.js';
import { LocalInvalidationBus } from './persistence/local-invalidation-bus.js';
import { AttemptStore } from './rate-limits/attempt-store.port.js';
import { DatabaseAttemptStore } from './rate-limits/attempt.store.js';
import { NoSignedTokens, SignedTokens } from './sessions/signed-tokens.port.js';
import type { Port, PortsOptions } from './users.options.js';

/** The ports: the host's implementation where he gives one, ours otherwise. */
export function portProviders(ports: PortsOptions): Provider[] {
  return [
    port(Clock, ports.clock ?? SystemClock),
    port(RandomSource, ports.random ?? SystemRandomSource),
    port(Notifier, ports.notifier ?? MailNotifier),
    port(ClientAddress, ports.clientAddress ?? FrameworkClientAddress),
    port(SignedTokens, ports.signedTokens ?? NoSignedTokens),
    port(AttemptStore, ports.attemptStore ?? DatabaseAttemptStore),
    port(InvalidationBus, ports.invalidationBus ?? LocalInvalidationBus),
    ports.breachChecker === undefined
      ? { provide: BreachChecker, useFactory: breachChecker, inject: [PasswordsSettings] }
      : port(BreachChecker, ports.breachChecker),
    ports.hasher === undefined
      ? { provide: PasswordHasher, useFactory: defaultHasher, inject: [PasswordsSettings, RandomSource] }
      : port(PasswordHasher, ports.hasher),
  ];
}

function breachChecker({ breachCheck }: PasswordsSettings): BreachChecker {
  return breachCheck === null ? new NoBreachChecker() : new HaveIBeenPwned(breachCheck);
}

function defaultHasher(settings: PasswordsSettings, random: RandomSource): Promise<PasswordHasher> {
  return defaultPasswordHasher(settings, random);
}

function port<T>(token: abstract new (...args: never[]) => T, given: Port<T>): Provider {
  return typeof given === 'function' ? { provide: token, useClass: given as Type<T> } : { provide: token, useValue: given };
}
