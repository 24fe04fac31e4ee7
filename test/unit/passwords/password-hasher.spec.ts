import { afterEach, describe, expect, it } from '@jest/globals';
import argon2 from 'argon2';
import bcrypt from 'bcrypt';
import { Logger } from '@nestjs/common';
import { Issues } from '../../../lib/kernel/issues.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';
import { Argon2PasswordHasher } from '../../../lib/passwords/argon2-password-hasher.js';
import { defaultPasswordHasher } from '../../../lib/passwords/default-password-hasher.js';
import { DelegatingPasswordHasher } from '../../../lib/passwords/delegating-password-hasher.js';
import { resolvePasswordsOptions } from '../../../lib/passwords/passwords.options.js';
import { ScryptPasswordHasher } from '../../../lib/passwords/scrypt-password-hasher.js';
import { CountingHasher } from '../../support/counting-hasher.js';
import { KNOWN_HASHES, RUINOUS_HASHES, UNREADABLE_HASHES } from './known-hashes.js';

const random = new SystemRandomSource();
const settings = resolvePasswordsOptions({}, new Issues());
const hasher = await defaultPasswordHasher(settings, random);

const messages: string[] = [];
const record = (message: string): number => messages.push(message);
const silent = { log: record, error: record, warn: record };
Logger.overrideLogger(silent);
afterEach(() => void messages.splice(0));

describe('what is written', () => {
  it("is argon2id with OWASP's parameters, a salt of 16 bytes and a hash of 32, in PHC form", async () => {
    expect(await hasher.hash('correct horse')).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  });

  it('is another string each time, and up to date', async () => {
    const [one, other] = [await hasher.hash('correct horse'), await hasher.hash('correct horse')];
    expect(one).not.toBe(other);
    expect([hasher.isOutdated(one), hasher.isOutdated(other)]).toEqual([false, false]);
  });

  it('is what the package argon2 reads, and the other way round', async () => {
    expect(await argon2.verify(await hasher.hash('correct horse'), 'correct horse')).toBe(true);
    expect(await hasher.verify(await argon2.hash('correct horse'), 'correct horse')).toBe(true);
    expect(await hasher.verify(await argon2.hash('correct horse', { type: argon2.argon2i, timeCost: 2 }), 'correct horse')).toBe(true);
  });
});

describe.each(KNOWN_HASHES)('$from', ({ hash, password }) => {
  it('is verified', async () => expect(await hasher.verify(hash, password)).toBe(true));
  it('is not verified with another password', async () => expect(await hasher.verify(hash, `${password}!`)).toBe(false));
  it('is outdated', () => expect(hasher.isOutdated(hash)).toBe(true));
});

describe('bcrypt [B-62]', () => {
  it.each(['2a', '2b', '2y'])('$%s$ reads 72 bytes, and no length makes it run over', async (variant) => {
    const hash = (await bcrypt.hash('a'.repeat(72), 4)).replace('$2b$', `$${variant}$`);
    for (const length of [72, 73, 80, 255, 256, 328])
      expect([length, await hasher.verify(hash, 'a'.repeat(length))]).toEqual([length, true]);
    for (const length of [0, 1, 71]) expect([length, await hasher.verify(hash, 'a'.repeat(length))]).toEqual([length, false]);
  });

  it('is the only form that cuts: ours tells 72 bytes from 73', async () => {
    const hash = await hasher.hash('a'.repeat(72));
    expect(await hasher.verify(hash, 'a'.repeat(73))).toBe(false);
  });
});

describe('hashes that cannot be read [B-146]', () => {
  it.each(UNREADABLE_HASHES.map((hash) => [hash.slice(0, 60), hash]))('%j is false, never an exception', async (_shown, hash) => {
    expect(hasher.reads(hash)).toBe(false);
    expect(await hasher.verify(hash, 'password')).toBe(false);
    expect(hasher.isOutdated(hash)).toBe(true);
  });

  it('cost one hash, as any other', async () => {
    const first = new CountingHasher();
    const delegating = new DelegatingPasswordHasher(first, []);
    for (const hash of ['', '$argon2id$', 'x'.repeat(1_000)]) expect(await first.costOf(() => delegating.verify(hash, 'password'))).toBe(1);
  });

  it('cost one hash also where a verifier breaks down', async () => {
    const first = new CountingHasher();
    const broken = { reads: () => true, verify: () => Promise.reject(new Error('no native build')) };
    const delegating = new DelegatingPasswordHasher(first, [broken]);
    expect(await first.costOf(async () => expect(await delegating.verify('old', 'password')).toBe(false))).toBe(1);
    expect(messages.join()).toContain('no native build');
  });
});

describe('hashes that ask for too much [B-61]', () => {
  it.each(RUINOUS_HASHES.map((hash) => [hash.slice(0, 60), hash]))('%s is refused before it is computed', async (_shown, hash) => {
    expect(hasher.reads(hash)).toBe(false);
    const first = new CountingHasher();
    const others = (hasher as unknown as { others: [] }).others;
    const argon = new Argon2PasswordHasher(argon2, settings.argon2, random);
    expect(await new DelegatingPasswordHasher(first, [argon, ...others]).verify(hash, 'password')).toBe(false);
    expect(first.operations).toBe(1);
  });

  it.each([
    ['m=262144,t=4,p=1', true],
    ['m=262144,t=5,p=1', false],
    ['m=262145,t=1,p=1', false],
    ['m=104857,t=10,p=1', true],
    ['m=104858,t=10,p=1', false],
    ['m=19456,t=11,p=1', false],
    ['m=19456,t=2,p=16', true],
    ['m=19456,t=2,p=17', false],
  ])('the dearest that is computed is four passes over 256 MiB: %s', (parameters, isRead) => {
    const hash = `$argon2id$v=19$${parameters}$c29tZXNhbHRzb21lc2FsdA$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc`;
    expect(hasher.reads(hash)).toBe(isRead);
  });
});

describe('an outdated hash', () => {
  const made = (parameters: object): Promise<string> =>
    new Argon2PasswordHasher(argon2, { ...settings.argon2, ...parameters }, random).hash('correct horse');

  it.each([{ memoryCost: 12_288 }, { timeCost: 3 }, { parallelism: 2 }, { memoryCost: 65_536, timeCost: 3 }])(
    'has other parameters: %j',
    async (parameters) => {
      expect(hasher.isOutdated(await made(parameters))).toBe(true);
    },
  );

  it('is one of argon2i', async () => {
    const { memoryCost, timeCost, parallelism } = settings.argon2;
    expect(hasher.isOutdated(await argon2.hash('x', { type: argon2.argon2i, memoryCost, timeCost, parallelism }))).toBe(true);
    expect(hasher.isOutdated(await argon2.hash('x', { type: argon2.argon2id, memoryCost, timeCost, parallelism }))).toBe(false);
  });
});

describe('where argon2 cannot be loaded', () => {
  const load = () => Promise.reject(new Error('No native build was found'));

  it('scrypt writes at N=2^17, r=8, p=1, and a loud sentence says so', async () => {
    const fallback = await defaultPasswordHasher(settings, random, load);
    expect(messages.join()).toMatch(/argon2 cannot be loaded.*scrypt.*No native build was found/);
    const hash = await fallback.hash('correct horse');
    expect(hash).toMatch(/^\$scrypt\$ln=17,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect([await fallback.verify(hash, 'correct horse'), await fallback.verify(hash, 'correct horsf')]).toEqual([true, false]);
    expect(fallback.isOutdated(hash)).toBe(false);
    // and back where argon2 is: read, and to be upgraded
    expect([await hasher.verify(hash, 'correct horse'), hasher.isOutdated(hash)]).toEqual([true, true]);
  });

  it('the old forms are still read', async () => {
    const fallback = await defaultPasswordHasher(settings, random, load);
    for (const { hash, password, from } of KNOWN_HASHES.filter((one) => !one.hash.startsWith('$argon2'))) {
      expect([from, await fallback.verify(hash, password)]).toEqual([from, true]);
    }
  });
});

describe("a host's verifier", () => {
  it('reads its own form, and is asked before ours', async () => {
    const asked: string[] = [];
    const mine = {
      reads: (hash: string) => asked.push(hash) > 0 && (hash.startsWith('md5:') || hash.startsWith('$2y$')),
      verify: async (hash: string, password: string) => hash === `md5:${password}`,
    };
    const own = await defaultPasswordHasher({ ...settings, verifiers: [mine] }, random);
    expect([await own.verify('md5:secret', 'secret'), await own.verify('md5:secret', 'other')]).toEqual([true, false]);
    expect(await own.verify('$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq', 'rasmuslerdorf')).toBe(false);
    expect([own.reads('md5:x'), own.isOutdated('md5:x'), asked.length]).toEqual([true, true, 4]);
  });
});

describe('scrypt with other parameters', () => {
  it('is outdated', async () => {
    const [weak, today] = [new ScryptPasswordHasher(random, { ln: 14, r: 8, p: 5 }), new ScryptPasswordHasher(random)];
    const hash = await weak.hash('correct horse');
    expect([await today.verify(hash, 'correct horse'), today.isOutdated(hash), weak.isOutdated(hash)]).toEqual([true, true, false]);
  });
});
