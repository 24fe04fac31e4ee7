import assert from 'node:assert/strict';
import type { Clock } from '../../../index.js';
import { contract } from './contract-case.js';

/** What every {@link Clock} keeps. */
export const clockContract = contract<Clock>({
  'a clock gives a valid Date': async (make) => {
    const now = (await make()).now();
    assert.ok(now instanceof Date, 'now() must return a Date');
    assert.ok(!Number.isNaN(now.getTime()), 'now() must return a valid Date');
  },
  'a clock gives another object each time': async (make) => {
    const clock = await make();
    const kept = clock.now();
    assert.notEqual(clock.now(), kept);
    const before = clock.now().getTime();
    kept.setFullYear(1970);
    clock.now().setFullYear(1970);
    assert.ok(clock.now().getTime() >= before, 'a Date that a caller changed must not change the time');
  },
});
