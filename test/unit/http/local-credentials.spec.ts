import { describe, expect, it } from '@jest/globals';
import { localCredentialsOf } from '../../../lib/http/strategies/local-credentials.js';
import { InvalidInputError } from '../../../lib/kernel/errors.js';

describe('the credentials for Passport', () => {
  it.each(['login', 'username', 'email'])('are %s and password in the body', (name) =>
    expect(localCredentialsOf({ body: { [name]: 'ann', password: ' p ' } })).toEqual({ login: 'ann', password: ' p ' }),
  );

  it.each([
    { query: { login: 'ann', password: 'p' } },
    { body: { login: 'ann', password: 'p' }, query: { password: 'p' } },
    { body: { login: 'ann', password: 'p' }, query: { username: '' } },
    { body: { login: 'ann', username: 'ann', password: 'p' } },
    { body: { login: { a: 1 }, password: 'p' } },
    { body: { login: ['ann'], password: 'p' } },
    { body: { login: 'ann', password: ['p'] } },
    { body: { login: 'ann', password: { length: 8 } } },
    { body: { login: '', password: 'p' } },
    { body: { login: 'ann' } },
    { body: Object.create({ login: 'ann', password: 'p' }) as object },
    { body: 'login=ann' },
    {},
  ])('are refused in %j [B-82]', (request) => expect(() => localCredentialsOf(request)).toThrow(InvalidInputError));
});
