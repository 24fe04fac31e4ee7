import { FakeClock } from 'nestjs-users/testing';
import { Issues } from '../../../lib/kernel/issues.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';
import { defaultPasswordHasher } from '../../../lib/passwords/default-password-hasher.js';
import { HashLane } from '../../../lib/passwords/hash-lane.js';
import { PasswordHasher } from '../../../lib/passwords/password-hasher.port.js';
import { PasswordRow } from '../../../lib/passwords/password.entity.js';
import { PasswordStore } from '../../../lib/passwords/password.store.js';
import { type PasswordsOptions, resolvePasswordsOptions } from '../../../lib/passwords/passwords.options.js';
import { Passwords } from '../../../lib/passwords/passwords.service.js';
import { BaseUser } from '../../../lib/users/base-user.js';
import { openPersistence, space, userRow } from '../../support/persistence.js';

/** Wraps a real hasher and counts what it computes. */
export class Counted extends PasswordHasher {
  readonly calls: ('hash' | 'verify')[] = [];
  /** Runs before each verification, for a test that wants something to happen in between. */
  meanwhile: () => Promise<void> = async () => {};

  constructor(private readonly inner: PasswordHasher) {
    super();
  }

  override hash(password: string): Promise<string> {
    this.calls.push('hash');
    return this.inner.hash(password);
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    this.calls.push('verify');
    await this.meanwhile();
    return this.inner.verify(hash, password);
  }

  override isOutdated(hash: string): boolean {
    return this.inner.isOutdated(hash);
  }

  override reads(hash: string): boolean {
    return this.inner.reads(hash);
  }
}

/** The real service over a real table, with the real hasher, and a clock that stands still. */
export async function withPasswords(options: PasswordsOptions = {}, maxConsecutiveFailures = 100) {
  const { database, dataSource, close } = await openPersistence();
  const settings = resolvePasswordsOptions({ concurrency: 3, ...options }, new Issues(), maxConsecutiveFailures);
  const hasher = new Counted(await defaultPasswordHasher(settings, new SystemRandomSource()));
  const [store, clock] = [new PasswordStore(space.rows), new FakeClock()];
  const rows = dataSource.getRepository(space.rows.of(PasswordRow));
  return {
    close,
    database,
    store,
    clock,
    hasher,
    rows,
    passwords: new Passwords(store, hasher, new HashLane(settings), settings, clock),
    async addUser(): Promise<string> {
      const row = userRow({ sortKey: '' });
      await dataSource.getRepository(space.rows.of(BaseUser)).insert(row);
      return row.id;
    },
    rowOf: (userId: string) => rows.findOneByOrFail({ userId }),
  };
}

export type WithPasswords = Awaited<ReturnType<typeof withPasswords>>;

/** Whether a password is right, for tests that do not act on the proof. */
export async function isRight(passwords: Passwords, ...question: Parameters<Passwords['prove']>): Promise<boolean> {
  return (await passwords.prove(...question)) !== null;
}
