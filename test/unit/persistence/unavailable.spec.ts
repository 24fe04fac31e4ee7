import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { QueryFailedError } from 'typeorm';
import { UnavailableError } from '../../../lib/kernel/errors.js';
import { asUnavailable, isRetriable } from '../../../lib/persistence/unavailable.js';

const failed = (code: string): QueryFailedError => new QueryFailedError('SELECT 1', [], Object.assign(new Error('no'), { code }));

describe('An error of the database', () => {
  it.each([
    'ECONNREFUSED',
    '57P01',
    '53300',
    '08006',
    '08P01',
    'ER_CON_COUNT_ERROR',
    'PROTOCOL_CONNECTION_LOST',
    'SQLITE_BUSY',
    'SQLITE_IOERR_WRITE',
  ])('with the code %s is a 503 that keeps the cause for the log', (code) => {
    const error = failed(code);
    expect(asUnavailable(error)).toBeInstanceOf(UnavailableError);
    expect(asUnavailable(error)?.cause).toBe(error);
  });

  it.each(['23505', '22P02', '42P01', 'ER_DUP_ENTRY', 'ER_PARSE_ERROR', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_ERROR', '0800', 'X08006'])(
    'with the code %s is none',
    (code) => {
      expect(asUnavailable(failed(code))).toBeNull();
    },
  );

  it('may come from another realm', () => {
    const foreign: unknown = runInNewContext("Object.assign(new Error('gone'), { code: 'ECONNRESET' })");
    expect(foreign instanceof Error).toBe(false);
    expect(asUnavailable(foreign)).toBeInstanceOf(UnavailableError);
  });

  it('is never made of what is no error', () => {
    for (const value of [null, undefined, 'ECONNRESET', 5, {}, { code: 5 }, { driverError: null }]) {
      expect(asUnavailable(value)).toBeNull();
      expect(isRetriable(value)).toBe(false);
    }
  });

  it('is passed on when it is a 503 already', () => {
    const error = new UnavailableError();
    expect(asUnavailable(error)).toBe(error);
  });

  it.each(['40001', '40P01', 'ER_LOCK_DEADLOCK'])('with the code %s may be tried again', (code) => {
    expect(isRetriable(failed(code))).toBe(true);
    expect(asUnavailable(failed(code))).toBeNull();
  });
});
