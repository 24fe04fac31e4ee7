import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import argon2 from 'argon2';
import express from 'express';
import {
  attemptStoreContract,
  clientAddressContract,
  clockContract,
  type DeliveredMessage,
  FakeClock,
  FastHasher,
  Inbox,
  notifierContract,
  type NotifierSubject,
  passwordHasherContract,
  passwordVerifierContract,
  randomSourceContract,
} from 'nestjs-users/testing';
import { FrameworkClientAddress } from '../../../lib/http/framework-client-address.js';
import { Issues } from '../../../lib/kernel/issues.js';
import { SystemClock } from '../../../lib/kernel/system-clock.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';
import { MailNotifier } from '../../../lib/notifications/mail-notifier.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import { Argon2PasswordHasher } from '../../../lib/passwords/argon2-password-hasher.js';
import { defaultPasswordHasher } from '../../../lib/passwords/default-password-hasher.js';
import { resolvePasswordsOptions } from '../../../lib/passwords/passwords.options.js';
import { ScryptPasswordHasher } from '../../../lib/passwords/scrypt-password-hasher.js';
import { AspNetIdentityVerifier } from '../../../lib/passwords/verifiers/aspnet-identity.verifier.js';
import { BcryptVerifier } from '../../../lib/passwords/verifiers/bcrypt.verifier.js';
import { BetterAuthVerifier } from '../../../lib/passwords/verifiers/better-auth.verifier.js';
import { DjangoPbkdf2Verifier } from '../../../lib/passwords/verifiers/django-pbkdf2.verifier.js';
import { mailSettings } from '../../unit/notifications/mail-settings.js';
import { KNOWN_HASHES } from '../../unit/passwords/known-hashes.js';
import { type RateLimited, rateLimited } from '../rate-limits/rate-limited.js';

const random = new SystemRandomSource();
const passwords = resolvePasswordsOptions({}, new Issues());

describe.each([
  ['Argon2PasswordHasher', () => new Argon2PasswordHasher(argon2, passwords.argon2, random)],
  ['ScryptPasswordHasher', () => new ScryptPasswordHasher(random)],
  ['the hasher that delegates', () => defaultPasswordHasher(passwords, random)],
  ['FastHasher', () => new FastHasher()],
])('%s', (_name, make) => {
  for (const c of passwordHasherContract) it(c.name, () => c.verify(make));
});

describe.each([
  ['BcryptVerifier', /^bcrypt/, () => new BcryptVerifier()],
  ['BetterAuthVerifier', /^better-auth/, () => new BetterAuthVerifier()],
  ['DjangoPbkdf2Verifier', /^Django 3/, () => new DjangoPbkdf2Verifier()],
  ['AspNetIdentityVerifier', /^ASP\.NET Identity 3 with SHA-256/, () => new AspNetIdentityVerifier()],
])('%s', (_name, from, make) => {
  const known = KNOWN_HASHES.find((one) => from.test(one.from));
  if (known === undefined) throw new Error(`There is no hash from ${from.source}.`);
  for (const c of passwordVerifierContract)
    it(c.name, () => c.verify(() => ({ verifier: make(), hash: known.hash, password: known.password })));
});

describe('DatabaseAttemptStore', () => {
  let limited: RateLimited;
  beforeAll(async () => void (limited = await rateLimited()));
  afterAll(() => limited.close());

  for (const c of attemptStoreContract) it(c.name, () => c.verify(() => ({ store: limited.store, on: limited.database })));
});

describe('MailNotifier', () => {
  const make = (): NotifierSubject => {
    const mails: DeliveredMessage[] = [];
    const settings = mailSettings({
      transport: async ({ to, subject, text, html }) => void mails.push({ to, text: [subject, text, html].join('\n') }),
    });
    const queue = new MailQueue(settings);
    const delivered = async (): Promise<DeliveredMessage[]> => {
      while (queue.size > 0) await new Promise((resolve) => setTimeout(resolve, 1));
      return [...mails];
    };
    return { notifier: new MailNotifier(settings, queue, new FakeClock()), delivered };
  };
  for (const c of notifierContract) it(c.name, () => c.verify(make));
});

describe('Inbox', () => {
  for (const c of notifierContract) it(c.name, () => c.verify(() => new Inbox()));
});

describe('FrameworkClientAddress', () => {
  for (const c of clientAddressContract) it(c.name, () => c.verify(() => new FrameworkClientAddress()));

  it('behind a proxy that Express trusts, goes by what that proxy says', () => {
    const app = express().set('trust proxy', true);
    const request = Object.assign(Object.create(app.request) as object, {
      app,
      headers: { 'x-forwarded-for': '198.51.100.66' },
      socket: { remoteAddress: '127.0.0.1' },
    });
    expect(new FrameworkClientAddress().of(request)).toBe('198.51.100.66');
  });
});

describe.each([
  ['SystemClock', () => new SystemClock()],
  ['FakeClock', () => new FakeClock()],
])('%s', (_name, make) => {
  for (const c of clockContract) it(c.name, () => c.verify(make));
});

describe('SystemRandomSource', () => {
  for (const c of randomSourceContract) it(c.name, () => c.verify(() => random));
});
