import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { KNOWN_HASHES, RUINOUS_HASHES } from '../../unit/passwords/known-hashes.js';
import { isRight, withPasswords, type WithPasswords } from './with-passwords.js';

let world: WithPasswords;
let userId: string;
const lines: string[] = [];

beforeAll(async () => {
  world = await withPasswords({}, 3);
  const record = (line: string): number => lines.push(line);
  Logger.overrideLogger({ log: record, warn: record, error: record });
});
afterAll(() => world.close());
beforeEach(async () => {
  userId = await world.addUser();
});
afterEach(() => void lines.splice(0));

async function set(password: string): Promise<void> {
  const hash = await world.passwords.hash(password);
  await world.passwords.set(world.database, userId, hash, world.clock.now());
}

/** As an import leaves it. */
async function leave(hash: string, more: object = {}): Promise<void> {
  await world.rows.insert({ userId, hash, changedAt: world.clock.now(), failures: 0, disabledAt: null, ...more });
}

const verify = (password: string, of: string | null = userId): Promise<boolean> => isRight(world.passwords, world.database, of, password);

describe('a password', () => {
  it('is verified after it was set, and no other is', async () => {
    await set('correct horse');
    expect([await verify('correct horse'), await verify('correct horsf'), await verify('')]).toEqual([true, false, false]);
  });

  it('is the same in NFC and NFD [B-106]', async () => {
    await set('cafe\u0301 au lait');
    expect(await verify('caf\u00e9 au lait')).toBe(true);
    expect(await verify(' caf\u00e9 au lait')).toBe(false);
  });

  it('is known by when it was set', async () => {
    expect([await world.passwords.has(world.database, userId), await world.passwords.find(world.database, userId)]).toEqual([false, null]);
    await set('correct horse');
    expect(await world.passwords.has(world.database, userId)).toBe(true);
    expect(await world.passwords.find(world.database, userId)).toEqual({ changedAt: world.clock.now(), disabledAt: null });
  });

  it('is replaced by the next one, even within the same millisecond', async () => {
    await set('correct horse');
    const proof = await world.passwords.prove(world.database, userId, 'correct horse');
    expect(proof).not.toBeNull();
    expect(await world.passwords.isCurrent(world.database, userId, proof!)).toBe(true);
    await set('battery staple');
    expect([await verify('correct horse'), await verify('battery staple')]).toEqual([false, true]);
    expect(await world.passwords.isCurrent(world.database, userId, proof!)).toBe(false);
    expect(await world.rows.countBy({ userId })).toBe(1);
  });

  it('is gone when it was deleted', async () => {
    await set('correct horse');
    expect([await world.store.delete(world.database, userId), await world.store.delete(world.database, userId)]).toEqual([true, false]);
    expect(await verify('correct horse')).toBe(false);
  });

  it('needs a user with an id: nothing else reaches a statement', async () => {
    await set('correct horse');
    for (const id of [undefined, null, '', 'x', "' OR 1=1 --"] as string[]) {
      await expect(world.store.delete(world.database, id)).rejects.toThrow(TypeError);
      await expect(world.store.upsert(world.database, id, { hash: 'x', now: world.clock.now() })).rejects.toThrow(TypeError);
    }
    expect(await verify('correct horse')).toBe(true);
  });
});

describe('what a verification costs [B-34] [W7]', () => {
  const costOf = async (password: string, of: string | null = userId): Promise<[boolean, number]> => {
    const before = world.hasher.calls.length;
    const answer = await verify(password, of);
    return [answer, world.hasher.calls.length - before];
  };

  it('is one hash for an unknown user, the very first one too', async () => {
    const fresh = await withPasswords();
    await isRight(fresh.passwords, fresh.database, null, 'correct horse');
    expect(fresh.hasher.calls).toHaveLength(1);
    await fresh.close();
    expect(await costOf('correct horse', null)).toEqual([false, 1]);
    expect(await costOf('correct horse', '019b0000-0000-7000-8000-ffffffffffff')).toEqual([false, 1]);
  });

  it('is one hash for a user without a password', async () => expect(await costOf('correct horse')).toEqual([false, 1]));

  it('is one hash for a right and for a wrong password', async () => {
    await set('correct horse');
    expect([await costOf('correct horse'), await costOf('battery staple')]).toEqual([
      [true, 1],
      [false, 1],
    ]);
  });

  it('is one hash for a disabled password, right or wrong', async () => {
    await set('correct horse');
    await world.rows.update({ userId }, { disabledAt: world.clock.now() });
    expect([await costOf('correct horse'), await costOf('battery staple')]).toEqual([
      [false, 1],
      [false, 1],
    ]);
  });

  it.each(['', '$argon2id$v=16$', 'garbage', ...RUINOUS_HASHES].map((hash) => [hash]))(
    'is one hash for a corrupt one, and a line for the operator [B-146]: %s',
    async (hash) => {
      await leave(hash);
      expect(await costOf('correct horse')).toEqual([false, 1]);
      expect(lines.join()).toContain(userId);
      if (hash !== '') expect(lines.join()).not.toContain(hash);
    },
  );

  it('is nothing at all for what can be no password, whoever it is for [B-36]', async () => {
    await set('correct horse');
    for (const password of ['x'.repeat(257), 'x'.repeat(1_048_576), 'correct\0horse', 'correct\ud800horse', 7 as unknown as string]) {
      for (const whose of [userId, null]) expect(await costOf(password, whose)).toEqual([false, 0]);
    }
    expect((await world.rowOf(userId)).failures).toBe(0);
  });
});

describe('consecutive failures [V6.3.1]', () => {
  it('disable the password at the limit, and the right one is refused from then on', async () => {
    await set('correct horse');
    for (const failures of [1, 2, 3]) {
      expect(await verify('battery staple')).toBe(false);
      const row = await world.rowOf(userId);
      expect([row.failures, row.disabledAt]).toEqual([failures, failures === 3 ? world.clock.now() : null]);
    }
    expect(await verify('correct horse')).toBe(false);
    expect((await world.passwords.find(world.database, userId))?.disabledAt).toEqual(world.clock.now());
  });

  it('are reset by a right password, and by no length of time', async () => {
    await set('correct horse');
    await verify('battery staple');
    world.clock.advance('365d');
    await verify('battery staple');
    expect((await world.rowOf(userId)).failures).toBe(2);
    expect(await verify('correct horse')).toBe(true);
    expect((await world.rowOf(userId)).failures).toBe(0);
  });

  it('are forgotten with a new password, which lives', async () => {
    await set('correct horse');
    for (let round = 0; round < 3; round += 1) await verify('battery staple');
    await set('another horse');
    expect(await verify('another horse')).toBe(true);
    expect(await world.rowOf(userId)).toMatchObject({ failures: 0, disabledAt: null });
  });

  it('change nothing about when the password was set, nor does an ordinary log-in write', async () => {
    await set('correct horse');
    const before = await world.rowOf(userId);
    let statements = 0;
    const counting = {
      ask: (task: (manager: typeof world.rows.manager) => Promise<unknown>) => ((statements += 1), world.database.ask(task)),
    };
    expect(await isRight(world.passwords, counting as typeof world.database, userId, 'correct horse')).toBe(true);
    expect([statements, await world.rowOf(userId)]).toEqual([1, before]);
  });

  it('cost the same statements for nobody as for somebody', async () => {
    await set('correct horse');
    const statementsOf = async (of: string | null): Promise<number> => {
      let count = 0;
      const counting = {
        ask: (task: (manager: typeof world.rows.manager) => Promise<unknown>) => ((count += 1), world.database.ask(task)),
      };
      await isRight(world.passwords, counting as typeof world.database, of, 'battery staple');
      return count;
    };
    expect([await statementsOf(userId), await statementsOf(null)]).toEqual([2, 2]);
  });
});

describe('an old form', () => {
  it.each(KNOWN_HASHES.filter(({ from }) => !from.includes('6.0')))(
    '$from is replaced at the first right password, and only then',
    async ({ hash, password }) => {
      await leave(hash);
      const before = await world.rowOf(userId);
      expect(await verify(`${password}?`)).toBe(false);
      expect((await world.rowOf(userId)).hash).toBe(hash);
      expect(await verify(password)).toBe(true);
      const upgraded = await world.rowOf(userId);
      expect(upgraded.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect([upgraded.changedAt, upgraded.failures]).toEqual([before.changedAt, 0]);
      expect(await verify(password)).toBe(true);
      expect((await world.rowOf(userId)).hash).toBe(upgraded.hash);
    },
  );

  it('of bcrypt is upgraded from the whole password, not from its first 72 bytes [B-62]', async () => {
    const password = 'x'.repeat(80);
    await leave(await bcrypt.hash(password, 4));
    expect(await verify(password)).toBe(true);
    expect([await verify('x'.repeat(72)), await verify(password)]).toEqual([false, true]);
  });

  it('whose upgrade fails still lets its user in', async () => {
    await leave(await bcrypt.hash('correct horse', 4));
    const full = await withPasswords({ concurrency: 1, queue: 0 });
    const id = await full.addUser();
    await full.rows.insert({
      userId: id,
      hash: await bcrypt.hash('correct horse', 4),
      changedAt: full.clock.now(),
      failures: 0,
      disabledAt: null,
    });
    full.hasher.hash = () => Promise.reject(new Error('out of memory'));
    expect(await isRight(full.passwords, full.database, id, 'correct horse')).toBe(true);
    expect(lines.join()).toContain('was not upgraded: out of memory');
    await full.close();
  });
});
