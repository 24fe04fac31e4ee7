import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UsersError } from 'nestjs-users';
import { EmailConfirmationService } from '../../../lib/registration/email-confirmation.service.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { Statements } from '../../support/statements.js';

const WRONG = 'wrong horse battery';

/** By whom a stranger may ask; each has a user name and an address of its own. */
const PEOPLE = ['unknown', 'active', 'pending', 'deactivated', 'passwordless'] as const;
type Person = (typeof PEOPLE)[number];

interface Seen {
  readonly answer: string;
  readonly hashes: number;
  /** Before the answer. */
  readonly statements: number;
}

let host: HostApp;
let statements: Statements;
const addressOf = (person: Person): string => `${person}@example.org`;

beforeAll(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
  await host.user('active');
  await host.user('deactivated');
  await host.users.deactivate({ username: 'deactivated' });
  await host.users.create({ username: 'passwordless', email: addressOf('passwordless'), emailConfirmed: true });
  await host.users.register({ username: 'pending', email: addressOf('pending'), password: PASSWORD });
  // The first request of an address opens its budgets, whoever it asks about.
  await host.users.verifyCredentials('somebody', WRONG, VISITOR);
  await host.resets.request('somebody', VISITOR);
  await host.users.register({ username: 'somebody', email: 'somebody@example.org', password: PASSWORD }, VISITOR);
  await host.settled();
  statements = Statements.of(host.dataSource);
});
afterAll(() => host.close());

async function see(ask: () => Promise<unknown>): Promise<Seen> {
  const [hashes, sent] = [host.hasher.operations, statements.texts.length];
  const answer = await ask().then(
    (value) => JSON.stringify(value ?? null),
    (error: unknown) =>
      JSON.stringify([
        (error as UsersError).constructor.name,
        (error as UsersError).getResponse(),
        (error as UsersError).retryAfterSeconds,
      ]),
  );
  const seen = { answer, hashes: host.hasher.operations - hashes, statements: statements.texts.length - sent };
  await host.settled();
  return seen;
}

async function seeAll(ask: (person: Person) => Promise<unknown>, people: readonly Person[] = PEOPLE): Promise<Record<string, Seen>> {
  const seen: Record<string, Seen> = {};
  for (const person of people) seen[person] = await see(() => ask(person));
  return seen;
}

/** One sight for all: only then does nobody learn anything. */
const expectQuiet = (seen: Record<string, Seen>): Seen => {
  const [first] = Object.values(seen);
  for (const one of Object.values(seen)) expect({ seen, one }).toEqual({ seen, one: first });
  return first!;
};

describe('a stranger learns nothing', () => {
  it.each([
    ['user name', (person: Person) => ({ login: person })],
    ['address as log-in', (person: Person) => ({ login: addressOf(person) })],
    ['address', (person: Person) => ({ email: addressOf(person) })],
  ])('by a log-in with a wrong password and a %s: one answer, one hash, as many statements [W7] [B-34] [B-41]', async (_, name) => {
    const { hashes } = expectQuiet(await seeAll((person) => host.sessions.login({ ...name(person), password: WRONG }, VISITOR)));
    expect(hashes).toBe(1);
  });

  it('by a log-in with the right password of who may not sign in [B-40] [W7]', async () => {
    const seen = await seeAll(
      (person) => host.sessions.login({ login: person, password: PASSWORD }, VISITOR),
      ['unknown', 'pending', 'deactivated', 'passwordless'],
    );
    const answers = Object.values(seen).map(({ answer, hashes }) => ({ answer, hashes }));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });

  it('by checking credentials without a session [3.1] [W7]', async () => {
    const { answer, hashes } = expectQuiet(await seeAll((person) => host.users.verifyCredentials(person, WRONG, VISITOR)));
    expect([answer, hashes]).toEqual(['null', 1]);
  });

  it.each([
    ['user name', (person: Person) => ({ login: person })],
    ['address', (person: Person) => ({ email: addressOf(person) })],
  ])('by a request for a reset with a %s; the mail goes where it belongs [3.6] [B-37] [B-09] [W7]', async (_, who) => {
    host.inbox.notifications.length = 0;
    const { answer, hashes } = expectQuiet(await seeAll((person) => host.resets.request(who(person), VISITOR)));
    expect([answer, hashes]).toEqual(['null', 0]);
    expect(host.inbox.notifications.map(({ kind, to }) => [kind, to])).toEqual([
      ['reset-password', addressOf('active')],
      ['reset-password', addressOf('passwordless')],
    ]);
  });

  it('by a request for a confirmation; the mail goes where it belongs [B-37]', async () => {
    host.inbox.notifications.length = 0;
    expectQuiet(await seeAll((person) => host.app.get(EmailConfirmationService).requestQuietly(addressOf(person), VISITOR)));
    expect(host.inbox.notifications.map(({ kind, to }) => [kind, to])).toEqual([['confirm-email', addressOf('pending')]]);
  });

  it('by a registration with an address; its owner learns of it [B-38] [W7]', async () => {
    host.inbox.notifications.length = 0;
    let attempt = 0;
    const { hashes } = expectQuiet(
      await seeAll((person) =>
        host.users.register({ username: `attempt${(attempt += 1)}`, email: addressOf(person), password: PASSWORD }, VISITOR),
      ),
    );
    expect(hashes).toBe(1);
    const told = Object.fromEntries(host.inbox.notifications.map(({ kind, to }) => [to, kind]));
    expect(told).toEqual({
      [addressOf('unknown')]: 'confirm-email',
      [addressOf('pending')]: 'confirm-email',
      [addressOf('active')]: 'already-registered',
      [addressOf('deactivated')]: 'already-registered',
      [addressOf('passwordless')]: 'already-registered',
    });
  });
});

describe('a limit', () => {
  it('comes at the same count, with the same answer, for a known and an unknown name [B-42]', async () => {
    const limited = await HostApp.start();
    try {
      await limited.user('active');
      const answersFor = async (login: string): Promise<unknown[]> => {
        const answers: unknown[] = [];
        for (let tries = 0; tries < 7; tries += 1) {
          const error: unknown = await limited.sessions.login({ login, password: WRONG }, VISITOR).catch((reason: unknown) => reason);
          answers.push([(error as UsersError).code, (error as UsersError).retryAfterSeconds]);
        }
        return answers;
      };
      const known = await answersFor('active');
      expect(await answersFor('unknown')).toEqual(known);
      expect(known.at(-1)).toEqual(['USERS_TOO_MANY_REQUESTS', 30]);
    } finally {
      await limited.close();
    }
  });
});
