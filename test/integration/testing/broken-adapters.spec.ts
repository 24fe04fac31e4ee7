import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  type AttemptStore,
  type ClientAddress,
  type Clock,
  type Notification,
  type Notifier,
  type PasswordVerifier,
  type RandomSource,
  type Spending,
} from 'nestjs-users';
import {
  attemptStoreContract,
  clientAddressContract,
  clockContract,
  type ContractCase,
  type DeliveredMessage,
  FastHasher,
  Inbox,
  type Make,
  notifierContract,
  type NotifierSubject,
  passwordHasherContract,
  passwordVerifierContract,
  randomSourceContract,
} from 'nestjs-users/testing';
import { refusedUntil, type Spent } from '../../../lib/rate-limits/budget.js';

/** The names of the promises that `make` breaks. */
async function broken<T>(contract: readonly ContractCase<T>[], make: Make<T>): Promise<string[]> {
  const names: string[] = [];
  const write = process.stdout.write;
  // What a loud one prints while other promises are looked at is nobody's concern.
  process.stdout.write = () => true;
  for (const { name, verify } of contract) {
    await verify(make).catch((error: unknown) => {
      expect(String(error)).toMatch(/Error/);
      names.push(name);
    });
  }
  process.stdout.write = write;
  return names;
}

/** Every promise is broken by somebody, and only by him whose fault it is. */
function breaks<T>(contract: readonly ContractCase<T>[], adapters: Record<string, Make<T>>, whole: Make<T>): void {
  it.each(Object.entries(adapters))('%s', async (promise, make) => expect(await broken(contract, make)).toContain(promise));
  it('covers every promise of the contract', () => expect(Object.keys(adapters).sort()).toEqual(contract.map(({ name }) => name).sort()));
  it('finds no fault in a whole one', async () => expect(await broken(contract, whole)).toEqual([]));
}

describe('a broken hasher', () => {
  const changed = (more: Partial<FastHasher>) => () => Object.assign(new FastHasher(), more);
  const real = new FastHasher();
  const keys = new WeakMap<object, string>();
  breaks(
    passwordHasherContract,
    {
      'a hasher knows the password again, and no other': changed({ verify: (hash, password) => real.verify(hash, password.trim()) }),
      'a hasher reads what another instance wrote': () => {
        const hasher = new FastHasher();
        keys.set(hasher, randomBytes(8).toString('hex'));
        const pepper = (password: string): string => password + String(keys.get(hasher));
        return Object.assign(hasher, {
          hash: (password: string) => real.hash(pepper(password)),
          verify: (hash: string, password: string) => real.verify(hash, pepper(password)),
        });
      },
      'a hasher reads long passwords to their end': changed({
        hash: (password) => real.hash(password.slice(0, 72)),
        verify: (hash, password) => real.verify(hash, password.slice(0, 72)),
      }),
      'a hasher salts: the same password gives another hash': changed({
        hash: async (password) => `$plain$${Buffer.from(password).toString('hex')}`,
      }),
      'a hash names its algorithm, fits its column and does not hold the password': changed({
        hash: async (password) => `$plain$${password}`,
      }),
      'a hasher says no to what is no hash of its own, and never throws': changed({
        verify: async (hash, password) => {
          if (!real.reads(hash)) throw new TypeError('Invalid hash');
          return real.verify(hash, password);
        },
      }),
      'a fresh hash is up to date, a foreign one is not': changed({ isOutdated: () => false }),
      'a hasher reads its own hashes, and says of any text whether it does': changed({ reads: () => false }),
    },
    () => real,
  );
});

describe('a broken verifier', () => {
  const password = 'secret';
  const hash = '{plain}secret.';
  const whole: PasswordVerifier = { reads: (text) => text === hash, verify: async (_hash, typed) => typed === password };
  const changed = (more: Partial<PasswordVerifier>) => () => ({ verifier: { ...whole, ...more }, hash, password });
  breaks(
    passwordVerifierContract,
    {
      'a verifier reads the hash and knows its password, and no other': changed({
        verify: async (_hash, typed) => typed.startsWith('secret'),
      }),
      'a verifier reads nothing that is not of its form, and never throws': changed({ reads: () => true }),
      'a verifier reads no hash that was cut short or continued': changed({ reads: (text) => text.startsWith('{plain}') }),
    },
    changed({}),
  );
});

describe('a broken notifier', () => {
  const inbox = new Inbox();
  const notifier = (notify: (notification: Notification) => Promise<void> | void) => (): Notifier => ({
    notify: async (notification) => notify(notification),
  });
  const carrier = (textOf: (notification: Notification) => string) => (): NotifierSubject => {
    const delivered: DeliveredMessage[] = [];
    const notify = async (notification: Notification): Promise<void> =>
      void delivered.push({ to: notification.to, text: textOf(notification) });
    return { notifier: { notify }, delivered: () => [...delivered] };
  };
  breaks<NotifierSubject>(
    notifierContract,
    {
      'a notifier takes every kind of notification': notifier(({ kind }) => {
        if (kind === 'email-changing') throw new TypeError('There is no template.');
      }),
      'a notifier takes a notification of which nothing more is known': notifier(({ user }) => void user!.username),
      'a notifier takes names that somebody wrote to do harm': notifier(({ user }) => void encodeURIComponent(user?.displayName ?? '')),
      'a notifier leaves the notification as it is': notifier((notification) => void Object.assign(notification, { to: '' })),
      'a notifier keeps the token out of the log': notifier((notification) => new Logger('Sms').log(JSON.stringify(notification))),
      'what a notifier delivers goes to the one address, with the token where there is one': carrier(
        ({ kind }) => `You have news: ${kind}`,
      ),
    },
    carrier((notification) => ('token' in notification ? notification.token : 'news')),
  );

  it('is found at console.log, too', async () => {
    const loud = notifier((notification) => console.log(notification));
    const [quiet] = notifierContract.filter(({ name }) => name === 'a notifier keeps the token out of the log');
    await expect(quiet?.verify(loud)).rejects.toThrow('the token was printed');
  });

  it('is not one that says what it does without the token', async () => {
    expect(
      await broken(
        notifierContract,
        notifier(({ kind, ...rest }) => inbox.notify({ kind, ...rest } as Notification)),
      ),
    ).toEqual([]);
  });
});

describe('a broken client address', () => {
  interface Request {
    headers: Record<string, string | undefined>;
    socket: { remoteAddress: string };
  }
  const reading = (of: (request: Request) => string | null) => (): ClientAddress => ({ of: of as (request: object) => string | null });
  const header = (name: string) => (request: Request) => request.headers?.[name] ?? null;
  let calls = 0;
  breaks(
    clientAddressContract,
    {
      'a client address is an IP address or null, for any request, and never an exception': reading(
        (request) => request.socket.remoteAddress,
      ),
      'a client cannot choose its address': reading(header('x-forwarded-for')),
      'the same request has the same address': reading(() => `192.0.2.${String((calls += 1) % 250)}`),
    },
    reading(() => null),
  );

  it('is not one that reads the header of its platform', async () => {
    const address = reading((request) =>
      typeof request.headers?.['fly-client-ip'] === 'string' ? request.headers['fly-client-ip'] : null,
    )();
    expect(await broken(clientAddressContract, () => address)).toEqual(['a client cannot choose its address']);
    expect(await broken(clientAddressContract, () => ({ address, trusts: ['Fly-Client-IP'] }))).toEqual([]);
  });
});

describe('a broken clock', () => {
  const shared = new Date();
  breaks<Clock>(
    clockContract,
    {
      'a clock gives a valid Date': () => ({ now: () => new Date(Number.NaN) }),
      'a clock gives another object each time': () => ({ now: () => shared }),
    },
    () => ({ now: () => new Date() }),
  );
});

describe('a broken random source', () => {
  const pool = randomBytes(2_000);
  breaks<RandomSource>(
    randomSourceContract,
    {
      'a random source gives exactly as many bytes as asked for': () => ({ bytes: (size) => randomBytes(Math.min(size, 32)) }),
      'a random source never repeats itself, in two instances neither': () => {
        let counter = 0;
        return { bytes: (size) => Buffer.alloc(size, String((counter += 1))) };
      },
      'a random source keeps no hold on what it gave': () => ({ bytes: (size) => pool.subarray(0, size) }),
      'a random source uses every bit alike': () => ({ bytes: (size) => Buffer.from(randomBytes(size).map((byte) => byte & 0x7f)) }),
    },
    () => ({ bytes: randomBytes }),
  );
});

/** One process's memory: whole as far as the contract goes, since nothing comes between two of its statements. */
class MemoryAttemptStore implements AttemptStore {
  readonly spent = new Map<string, Spent>();

  async spend(_on: unknown, { key, budget, now }: Spending): Promise<Date | null> {
    const before = this.current(key, { budget, now });
    const until = before === undefined ? null : refusedUntil(budget, before, now);
    if (until !== null) return until;
    this.spent.set(key, this.after(before, { key, budget, now }));
    return null;
  }

  async refusedUntil(_on: unknown, { key, budget, now }: Spending): Promise<Date | null> {
    const row = this.spent.get(key);
    return row === undefined ? null : refusedUntil(budget, row, now);
  }

  async reset(_on: unknown, key: string): Promise<boolean> {
    return this.spent.delete(key);
  }

  async purge(_on: unknown, before: Date, limit: number): Promise<number> {
    const old = [...this.spent].filter(([, { windowAt }]) => windowAt < before).slice(0, limit);
    for (const [key] of old) this.spent.delete(key);
    return old.length;
  }

  private current(key: string, { budget, now }: Pick<Spending, 'budget' | 'now'>): Spent | undefined {
    const row = this.spent.get(key);
    if (row === undefined) return undefined;
    const quietSince = Math.max(row.windowAt.getTime(), budget.delay ? (row.blockedUntil?.getTime() ?? 0) : 0);
    return quietSince + budget.window <= now.getTime() ? undefined : row;
  }

  private after(before: Spent | undefined, { budget, now }: Spending): Spent {
    const count = (before?.count ?? 0) + 1;
    if (budget.delay === undefined) return { windowAt: before?.windowAt ?? now, count, blockedUntil: null };
    const wait = Math.min(budget.delay.first * 2 ** (count - budget.limit), budget.delay.longest);
    return { windowAt: now, count, blockedUntil: count < budget.limit ? null : new Date(now.getTime() + wait) };
  }
}

describe('a broken attempt store', () => {
  const changed = (change: (store: MemoryAttemptStore) => Partial<AttemptStore>) => (): AttemptStore => {
    const store = new MemoryAttemptStore();
    const real = {
      spend: store.spend.bind(store),
      refusedUntil: store.refusedUntil.bind(store),
      reset: store.reset.bind(store),
      purge: store.purge.bind(store),
    };
    return { ...real, ...change(store) };
  };
  const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  breaks(
    attemptStoreContract,
    {
      'a store admits as many as the budget allows, and then says until when': changed((store) => ({
        spend: async (on, spending) => ((await store.spend(on, spending)) === null ? null : spending.now),
      })),
      'a refused try counts nothing': changed((store) => ({
        // As a naive INCR with a new expiry each time.
        async spend(on, spending) {
          const until = await store.spend(on, spending);
          const row = store.spent.get(spending.key);
          if (until !== null && row !== undefined) store.spent.set(spending.key, { ...row, windowAt: spending.now });
          return until;
        },
      })),
      'a store begins anew when the window is over': changed((store) => ({
        spend: (on, spending) => store.spend(on, { ...spending, budget: { ...spending.budget, window: spending.budget.window * 10 } }),
      })),
      'of many tries at once a store admits just as many as the budget allows': changed((store) => ({
        async spend(on, spending) {
          const until = await store.refusedUntil(on, spending);
          await soon();
          return until ?? store.spend(on, spending).then(() => null);
        },
      })),
      'a store keeps spenders apart, however many there are': changed((store) => ({
        async spend(on, spending) {
          if (store.spent.size > 100) store.spent.clear();
          return store.spend(on, spending);
        },
      })),
      'refusedUntil says what spend would say, and counts nothing': changed((store) => ({
        refusedUntil: (on, spending) => store.spend(on, spending),
      })),
      'reset forgets what was spent, and says whether there was anything': changed((store) => ({
        reset: async (on, key) => {
          await store.reset(on, key);
          return true;
        },
      })),
      'with a growing delay each further try costs a longer wait, up to the longest': changed((store) => ({
        spend: (on, { budget: { delay: _, ...budget }, ...spending }) => store.spend(on, { ...spending, budget }),
      })),
      'with a growing delay a quiet window forgives': changed((store) => ({
        spend: (on, spending) => store.spend(on, { ...spending, budget: { ...spending.budget, window: spending.budget.window * 10 } }),
      })),
      'purge never takes what still counts, nor more than it may': changed((store) => ({
        async purge() {
          store.spent.clear();
          return 0;
        },
      })),
    },
    changed(() => ({})),
  );

  it('is told so when it asks the database and nobody gave it one', async () => {
    const asking = changed(() => ({ spend: (on) => on.ask(async () => null) }));
    const [first] = attemptStoreContract;
    await expect(first?.verify(asking)).rejects.toThrow('make() must return { store, on }');
  });
});
