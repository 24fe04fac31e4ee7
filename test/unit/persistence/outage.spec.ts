import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { LateAnswerError } from '../../../lib/persistence/deadline.js';
import { Outage } from '../../../lib/persistence/outage.js';
import { captureLog } from '../notifications/captured-log.js';

const QUIET = 2_000;

describe('the log of an outage', () => {
  let lines: string[];
  let outage: Outage;
  beforeEach(() => {
    jest.useFakeTimers();
    lines = captureLog();
    outage = new Outage(QUIET);
  });
  afterEach(() => {
    jest.useRealTimers();
    Logger.overrideLogger(false);
  });

  const pass = (milliseconds: number): void => void jest.advanceTimersByTime(milliseconds);
  const refused = (message = 'connect ECONNREFUSED 127.0.0.1:5432'): Error => Object.assign(new Error(message), { code: 'ECONNREFUSED' });
  const fail = (error: unknown = refused()): unknown => outage.judge(error, performance.now());
  const answer = (): void => outage.answered(performance.now());

  it('is one line when it begins and one when it is over, whatever is asked in between', () => {
    answer();
    for (let asked = 0; asked < 500; asked += 1) {
      fail();
      pass(10);
    }
    expect(lines).toEqual([
      'error The database does not answer: connect ECONNREFUSED 127.0.0.1:5432. What needs it gets 503 until it does; nobody is signed out.',
    ]);
    for (let asked = 0; asked < 500; asked += 1) {
      answer();
      pass(10);
    }
    expect(lines.slice(1)).toEqual(['log The database answers again, after 5 s; 500 questions were not answered meanwhile.']);
    fail();
    expect(lines).toHaveLength(3);
  });

  it('has no second line for a database that answers every other question', () => {
    for (let asked = 0; asked < 50; asked += 1) {
      fail();
      pass(100);
      answer();
      pass(QUIET - 200);
    }
    expect(lines).toHaveLength(1);
    expect(outage.isOn).toBe(true);
    pass(QUIET);
    answer();
    pass(QUIET);
    expect(lines).toHaveLength(2);
    expect(outage.isOn).toBe(false);
  });

  it('does not take an answer to what was asked before it for its end', () => {
    const askedAt = performance.now();
    pass(5);
    fail();
    outage.answered(askedAt);
    pass(10 * QUIET);
    expect(lines).toHaveLength(1);
  });

  it('gives a refusal of the database back as it is, and takes it for an answer', () => {
    fail();
    pass(1);
    const taken = Object.assign(new Error('duplicate key'), { code: '23505' });
    expect(fail(taken)).toBe(taken);
    pass(QUIET);
    expect(lines).toHaveLength(2);
  });

  it('makes a 503 of what says that there is no database, and leaves alone a 503 that is not about it', () => {
    expect(fail()).toBeInstanceOf(UnavailableError);
    lines.length = 0;
    outage = new Outage(QUIET);
    const full = new UnavailableError(new Error('200 password hashes are waiting already.'));
    expect(fail(full)).toBe(full);
    expect(lines).toEqual([]);
    fail(new LateAnswerError('The database', 2_000));
    expect(lines[0]).toContain('does not answer: The database did not answer within 2000 ms.');
  });

  it('names the space where it is not the usual one, and the code where there are no words', () => {
    outage = new Outage(QUIET, 'staff');
    fail(refused(''));
    expect(lines[0]).toContain('The database of the space "staff" does not answer: ECONNREFUSED.');
  });
});
