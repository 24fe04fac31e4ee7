/** Tests of applications that use nestjs-users: signing in without a database, the library in memory, and contracts for ports. */
export { type SignedInGuard, signedInAs, signedOut } from './signed-in.guard.js';
export type { SignedInOptions } from './pretended-session.js';
export { UsersTestingModule, type UsersTestingModuleOptions } from './users-testing.module.js';

export { UsersTestKit, type UsersTestKitOptions, usersTestKit } from './users-test-kit.js';
export type { UsersTestKitHost } from './kit-host.js';
export type { ActingUser } from './acting-user.js';
export { FakeClock } from './fake-clock.js';
export { FastHasher } from './fast-hasher.js';
export { Inbox } from './inbox.js';

export type { ContractCase, Make } from './contracts/contract-case.js';
export { type AttemptStoreSubject, attemptStoreContract } from './contracts/attempt-store.contract.js';
export { type ClientAddressSubject, clientAddressContract } from './contracts/client-address.contract.js';
export { clockContract } from './contracts/clock.contract.js';
export { type DeliveredMessage, notifierContract, type NotifierSubject } from './contracts/notifier.contract.js';
export { passwordHasherContract } from './contracts/password-hasher.contract.js';
export { passwordVerifierContract, type PasswordVerifierSubject } from './contracts/password-verifier.contract.js';
export { randomSourceContract } from './contracts/random-source.contract.js';
