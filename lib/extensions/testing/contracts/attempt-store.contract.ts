import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { AttemptStore, Budget, Spending } from '../../../index.js';
import type { Connection } from '../../../extend.js';
import { contract, type Make } from './contract-case.js';

/** A store that lives elsewhere alone; one that uses the library's database with a connection to it. */
export type AttemptStoreSubject = AttemptStore | { readonly store: AttemptStore; readonly on: Connection };

const MINUTE = 60_000;
const START = new Date('2031-05-06T07:08:09.000Z');
const THREE: Budget = { name: 'contract', limit: 3, window: MINUTE };
const GROWING: Budget = { name: 'contract-growing', limit: 2, window: 10 * MINUTE, delay: { first: 30_000, longest: 2 * MINUTE } };
const ROUNDS = 10;
const TOGETHER = 16;

/** What every {@link AttemptStore} keeps. Keys are drawn at random, so one store may serve all cases. */
export const attemptStoreContract = contract<AttemptStoreSubject>({
  'a store admits as many as the budget allows, and then says until when': async (make) => {
    const { spend } = await spender(make, THREE);
    for (let tried = 0; tried < 3; tried += 1) assert.equal(await spend(1_000 * tried), null);
    assert.deepEqual(await spend(10_000), at(MINUTE));
  },
  'a refused try counts nothing': async (make) => {
    const { spend } = await spender(make, THREE);
    for (let tried = 0; tried < 20; tried += 1) await spend(1_000 * tried);
    assert.equal(await spend(MINUTE), null, 'the window did not end where it was said to');
  },
  'a store begins anew when the window is over': async (make) => {
    const { spend } = await spender(make, THREE);
    for (let tried = 0; tried < 4; tried += 1) await spend(0);
    for (let tried = 0; tried < 3; tried += 1) assert.equal(await spend(2 * MINUTE), null);
    assert.notEqual(await spend(2 * MINUTE), null);
  },
  'of many tries at once a store admits just as many as the budget allows': async (make) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { spend } = await spender(make, THREE);
      const answers = await Promise.all(Array.from({ length: TOGETHER }, () => spend(0)));
      assert.equal(answers.filter((answer) => answer === null).length, 3, `round ${round}`);
    }
  },
  'a store keeps spenders apart, however many there are': async (make) => {
    const { spend, store, on } = await spender(make, { ...THREE, limit: 1 });
    assert.equal(await spend(0), null);
    for (let other = 0; other < 200; other += 1) {
      assert.equal(await store.spend(on, { key: newKey(), budget: THREE, now: at(0) }), null);
    }
    assert.notEqual(await spend(0), null, 'it forgot one spender because others came');
  },
  'refusedUntil says what spend would say, and counts nothing': async (make) => {
    const { spend, refusedUntil } = await spender(make, THREE);
    for (let asked = 0; asked < 10; asked += 1) assert.equal(await refusedUntil(0), null);
    for (let tried = 0; tried < 3; tried += 1) assert.equal(await spend(0), null);
    assert.deepEqual(await refusedUntil(1_000), await spend(1_000));
    assert.deepEqual(await refusedUntil(1_000), at(MINUTE));
    assert.equal(await refusedUntil(MINUTE), null);
  },
  'reset forgets what was spent, and says whether there was anything': async (make) => {
    const { spend, store, on, key } = await spender(make, THREE);
    assert.equal(await store.reset(on, key), false);
    for (let tried = 0; tried < 4; tried += 1) await spend(0);
    assert.equal(await store.reset(on, key), true);
    assert.equal(await spend(0), null);
  },
  'with a growing delay each further try costs a longer wait, up to the longest': async (make) => {
    const { spend } = await spender(make, GROWING);
    let now = 0;
    assert.equal(await spend(now), null);
    for (const wait of [30_000, MINUTE, 2 * MINUTE, 2 * MINUTE]) {
      assert.equal(await spend(now), null);
      assert.deepEqual(await spend(now + 1), at(now + wait));
      now += wait;
    }
  },
  'with a growing delay a quiet window forgives': async (make) => {
    const { spend } = await spender(make, GROWING);
    for (let tried = 0; tried < 2; tried += 1) assert.equal(await spend(0), null);
    const quiet = 30_000 + GROWING.window;
    for (let tried = 0; tried < 2; tried += 1) assert.equal(await spend(quiet), null);
    assert.deepEqual(await spend(quiet), at(quiet + 30_000));
  },
  'purge never takes what still counts, nor more than it may': async (make) => {
    const { spend, store, on } = await spender(make, THREE);
    for (let tried = 0; tried < 3; tried += 1) await spend(0);
    assert.equal(await store.purge(on, at(0), 100), 0);
    assert.notEqual(await spend(0), null);
    const went = await store.purge(on, at(MINUTE), 1);
    assert.ok(went === 0 || went === 1, `${went} went, of 1 allowed`);
  },
});

const at = (milliseconds: number): Date => new Date(START.getTime() + milliseconds);
const newKey = (): string => randomBytes(32).toString('hex');

const ELSEWHERE: Connection = {
  ask: () => Promise.reject(new Error('This store asks the database: make() must return { store, on }, with a connection to it.')),
  whenOver: () => undefined,
};

async function spender(make: Make<AttemptStoreSubject>, budget: Budget) {
  const subject = await make();
  const { store, on } = 'store' in subject ? subject : { store: subject, on: ELSEWHERE };
  const key = newKey();
  const spending = (milliseconds: number): Spending => ({ key, budget, now: at(milliseconds) });
  return {
    store,
    on,
    key,
    spend: (milliseconds: number): Promise<Date | null> => store.spend(on, spending(milliseconds)),
    refusedUntil: (milliseconds: number): Promise<Date | null> => store.refusedUntil(on, spending(milliseconds)),
  };
}
