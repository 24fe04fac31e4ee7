import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import { LONG, meeting, RACERS, ROUNDS } from '../../support/race.js';
import { isRight, withPasswords, type WithPasswords } from './with-passwords.js';

let world: WithPasswords;

beforeAll(async () => {
  world = await withPasswords();
});
afterAll(() => world.close());

async function userWith(hash: string): Promise<string> {
  const userId = await world.addUser();
  await world.passwords.set(world.database, userId, hash, world.clock.now());
  return userId;
}

/** Runs so many at once. */
const race = <T>(task: (number: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: RACERS }, (_, number) => task(number)));

describe(`${RACERS} wrong passwords at once`, () => {
  it(
    'are all counted',
    async () => {
      const hash = await bcrypt.hash('correct horse', 4);
      for (let round = 0; round < ROUNDS; round += 1) {
        const userId = await userWith(hash);
        expect(await race(() => isRight(world.passwords, world.database, userId, 'battery staple'))).not.toContain(true);
        expect((await world.rowOf(userId)).failures).toBe(RACERS);
      }
    },
    LONG,
  );

  it('disable the password at the limit, once, and count no further', async () => {
    const userId = await userWith('x');
    const [first, later] = [world.clock.now(), new Date(world.clock.now().getTime() + 5_000)];
    await race((number) => world.store.countFailure(world.database, userId, { limit: 10, now: number < RACERS ? first : later }));
    await world.store.countFailure(world.database, userId, { limit: 10, now: later });
    expect(await world.rowOf(userId)).toMatchObject({ failures: 10, disabledAt: first });
  });

  it('(control: read, then write, loses most of them)', async () => {
    const userId = await userWith('x');
    const allHaveLooked = meeting();
    await race(async () => {
      const row = await world.store.find(world.database, userId);
      await allHaveLooked();
      await world.rows.update({ userId }, { failures: row!.failures + 1 });
    });
    expect((await world.rowOf(userId)).failures).toBeLessThan(RACERS);
  });
});

describe('an upgrade beside a change of the password', () => {
  const change = async (userId: string): Promise<void> =>
    world.passwords.set(world.database, userId, await world.passwords.hash('another horse'), world.clock.now());

  it(
    'does not undo it',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const userId = await userWith(await bcrypt.hash('correct horse', 4));
        world.hasher.meanwhile = async () => {
          world.hasher.meanwhile = async () => {};
          await change(userId);
        };
        const proof = await world.passwords.prove(world.database, userId, 'correct horse');
        // It was right when it was read; whoever acts on it asks once more.
        expect(proof).not.toBeNull();
        expect(await world.passwords.isCurrent(world.database, userId, proof!)).toBe(false);
        expect(await isRight(world.passwords, world.database, userId, 'correct horse')).toBe(false);
        expect(await isRight(world.passwords, world.database, userId, 'another horse')).toBe(true);
      }
    },
    LONG,
  );

  it('(control: a blind write undoes it)', async () => {
    const userId = await userWith(await bcrypt.hash('correct horse', 4));
    const upgraded = await world.passwords.hash('correct horse');
    await change(userId);
    await world.rows.update({ userId }, { hash: upgraded });
    expect(await isRight(world.passwords, world.database, userId, 'correct horse')).toBe(true);
  });

  it(`is won by one of ${RACERS} log-ins, and all are let in and stay current`, async () => {
    const old = await bcrypt.hash('correct horse', 4);
    const userId = await userWith(old);
    const proofs = await race(() => world.passwords.prove(world.database, userId, 'correct horse'));
    expect(proofs).not.toContain(null);
    for (const proof of proofs) expect(await world.passwords.isCurrent(world.database, userId, proof!)).toBe(true);
  });

  it(
    `is written by one of ${RACERS}, and by none of those who come after a change`,
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const userId = await userWith('old');
        const won = await race(async (number) => {
          if (number === 8) return world.passwords.set(world.database, userId, 'chosen', world.clock.now());
          return world.store.replaceHash(world.database, userId, { from: 'old', to: `upgraded ${number}` });
        });
        expect(won.filter((answer) => answer === true).length).toBeLessThanOrEqual(1);
        expect((await world.rowOf(userId)).hash).toBe('chosen');
      }
    },
    LONG,
  );

  it('(control: compare, then write, undoes the change)', async () => {
    const userId = await userWith('old');
    const [allHaveCompared, itIsChanged] = [meeting(), meeting()];
    await race(async (number) => {
      const { hash } = await world.rowOf(userId);
      await allHaveCompared();
      if (number === 8) await world.passwords.set(world.database, userId, 'chosen', world.clock.now());
      await itIsChanged();
      if (number === 8 || hash !== 'old') return;
      await world.rows.update({ userId }, { hash: `upgraded ${number}` });
    });
    expect((await world.rowOf(userId)).hash).toMatch(/^upgraded/);
  });
});

describe('first passwords', () => {
  it(
    `set by ${RACERS} at once leave one, and nobody fails`,
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const userId = await world.addUser();
        await race((number) => world.passwords.set(world.database, userId, `hash ${number}`, world.clock.now()));
        expect(await world.rows.countBy({ userId })).toBe(1);
      }
    },
    LONG,
  );

  it('(control: look, then insert, fails for most)', async () => {
    const userId = await world.addUser();
    const allHaveLooked = meeting();
    const results = await Promise.allSettled(
      Array.from({ length: RACERS }, async (_, number) => {
        const row = await world.store.find(world.database, userId);
        await allHaveLooked();
        if (row !== null) return;
        await world.rows.insert({ userId, hash: `hash ${number}`, changedAt: world.clock.now(), failures: 0 });
      }),
    );
    expect(results.filter(({ status }) => status === 'rejected')).not.toEqual([]);
  });

  it('need a user: without one nothing is stored', async () => {
    const nobody = '019b0000-0000-7000-8000-eeeeeeeeeeee';
    await expect(world.passwords.set(world.database, nobody, 'x', world.clock.now())).rejects.toThrow();
    expect(await world.rows.countBy({ userId: nobody })).toBe(0);
  });
});
