import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import manifest from '../../package.json' with { type: 'json' };
import { ROOT } from './sources.js';

/**
 * What each entry point offers at run time, in alphabetical order. A name that leaves is a breaking change; a name that comes is a
 * promise for years. Change a list here in the same commit as the entry point, and say so in CHANGELOG.md.
 */
const FACES: Record<string, readonly string[]> = {
  'index.ts': [
    'AdminChanged',
    'AdminOnly',
    'AttemptStore',
    'BaseUser',
    'ClientAddress',
    'Clock',
    'CurrentSession',
    'CurrentUser',
    'DomainEvent',
    'EmailChanged',
    'EmailConfirmed',
    'EmailTakenError',
    'Field',
    'ForbiddenError',
    'InvalidCredentialsError',
    'InvalidInputError',
    'InvalidOptionsError',
    'InvalidSessionError',
    'InvalidTokenError',
    'LastAdminError',
    'NotFoundError',
    'Notifier',
    'OptionalSession',
    'PasswordChanged',
    'PasswordHasher',
    'PasswordReset',
    'PasswordResetService',
    'PasswordVerifier',
    'Public',
    'RandomSource',
    'RegistrationClosedError',
    'SessionEnded',
    'SessionGuard',
    'SessionOpened',
    'SessionsEnded',
    'SessionsService',
    'StepNeededError',
    'SystemClock',
    'TooManyRequestsError',
    'TooManySessionsError',
    'UnavailableError',
    'User',
    'UserActivated',
    'UserCreated',
    'UserDeactivated',
    'UserDeleted',
    'UserRegistered',
    'UserUpdated',
    'UsernameChanged',
    'UsernameTakenError',
    'UsersError',
    'UsersEvents',
    'UsersModule',
    'UsersService',
    'WeakPasswordError',
    'WrongPasswordError',
    'defineUsers',
    'maskEmail',
    'usersEntities',
    'usersMigrations',
    'usersOptionsFromEnv',
  ],
  'extend.ts': [
    'Background',
    'ContextReader',
    'CountColumn',
    'Database',
    'Fields',
    'FlagColumn',
    'HttpExchanges',
    'HttpSettings',
    'IdColumn',
    'InstantColumn',
    'JsonColumn',
    'KeyColumn',
    'OwnColumnsStore',
    'OwnFields',
    'PasswordsSettings',
    'RefColumn',
    'RegistrationSettings',
    'RequestAuthenticator',
    'RouteAccess',
    'SpaceName',
    'TextColumn',
    'UnitOfWork',
    'UsersSettings',
    'Work',
    'contextReadersOf',
    'hashToken',
    'idOfToken',
    'isId',
    'milliseconds',
    'mintToken',
    'newId',
    'sameHash',
  ],
  'extensions/graphql/index.ts': ['UsersGraphqlModule'],
  'extensions/microservices/index.ts': ['UsersMicroservicesModule'],
  'extensions/websockets/index.ts': ['SessionGateway', 'SocketSessions', 'UsersWebSocketsModule'],
  'extensions/nodemailer/index.ts': ['nodemailerTransport'],
  'extensions/openapi/index.ts': ['describeUsers'],
  'extensions/testing/index.ts': [
    'FakeClock',
    'FastHasher',
    'Inbox',
    'UsersTestKit',
    'UsersTestingModule',
    'attemptStoreContract',
    'clientAddressContract',
    'clockContract',
    'notifierContract',
    'passwordHasherContract',
    'passwordVerifierContract',
    'randomSourceContract',
    'signedInAs',
    'signedOut',
    'usersTestKit',
  ],
};

describe('the public face', () => {
  it.each(Object.entries(FACES))('%s offers just what somebody typed here', async (path, names) => {
    const face = (await import(join(ROOT, 'lib', path))) as object;
    expect(Object.keys(face).sort()).toEqual([...names].sort());
  });

  it('is pinned for each entry point of the package', () => {
    const entries = Object.values(manifest.exports).flatMap((entry) => (typeof entry === 'string' ? [] : [entry.default]));
    expect(entries.map((entry) => entry.replace('./dist/', '').replace(/\.js$/, '.ts')).sort()).toEqual(Object.keys(FACES).sort());
  });

  it.each(Object.keys(FACES))('%s exists', (path) => expect(existsSync(join(ROOT, 'lib', path))).toBe(true));
});
