import { describe, expect, it } from '@jest/globals';
import { InvalidInputError } from 'nestjs-users';
import { Fields } from '../../../lib/kernel/fields.js';
import { readEndFilter, readNeeds, readSessionFilter } from '../../../lib/sessions/session-input.js';

const ID = '019a4780-0000-7000-8000-000000000000';

describe('which sessions to end', () => {
  it('is one user or, by that word, everyone', () => {
    expect(readEndFilter({ userId: ID })).toEqual({ userId: ID, exceptId: undefined, state: 'all', kind: 'session' });
    expect(readEndFilter({ everyone: true, state: 'expired' })).toMatchObject({ userId: undefined, state: 'expired' });
  });

  it.each([
    ['nothing', {}],
    ['a user who came out undefined [B-06]', { userId: undefined }],
    ['not everyone', { everyone: false }],
    ['both', { everyone: true, userId: ID }],
    ['null', { userId: null }],
    ['an empty id', { userId: '' }],
    ['an operator', { userId: { $ne: null } }],
    ['a list', { userId: [ID] }],
    ['an exception that is no id', { userId: ID, except: 'this one' }],
    ['an unknown state', { userId: ID, state: 'dead' }],
    ['everyone as a text', { everyone: 'true' }],
  ])('is never guessed from %s', (_, request) => expect(() => readEndFilter(request)).toThrow(InvalidInputError));

  it('is nothing for an id that is no id, without a query', () => expect(readEndFilter({ userId: "' OR 1=1 --" })).toBeNull());
});

describe('which sessions to list', () => {
  it('are all, fifty at a time, unless somebody says otherwise', () => {
    expect(readSessionFilter({})).toMatchObject({ filter: { state: 'all' }, limit: 50, after: undefined });
  });

  it.each([{ limit: 0 }, { limit: 201 }, { limit: '10' }, { state: 'gone' }, { ip: 7 }, { after: '' }])('are not %j', (request) =>
    expect(() => readSessionFilter(request)).toThrow(InvalidInputError),
  );
});

describe('what a session lacks', () => {
  const read = (needs: unknown): unknown => {
    const input = Fields.of({ needs });
    const read = readNeeds(input);
    input.done();
    return read;
  };

  it('is a list of known steps, each once', () => expect(read(['new-password', 'new-password'])).toEqual(['new-password']));
  it.each(['ew-password', [['nothing']], {}])('is not %j', (needs) => expect(() => read(needs)).toThrow(InvalidInputError));
});
