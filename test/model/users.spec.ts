import { deepStrictEqual as same } from 'node:assert/strict';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ModelApp } from './model-app.js';
import { type Choice, STEPS } from './model-steps.js';
import { UsersModel } from './users-model.js';

/** USERS_TEST_FULL asks for all of them: `npm run test:full`. USERS_TEST_SEED repeats a run. */
const [SEQUENCES, LENGTH] = process.env['USERS_TEST_FULL'] === undefined ? [100, 20] : [2_000, 40];
const SEED = Number(process.env['USERS_TEST_SEED'] ?? Math.floor(performance.timeOrigin) % 2 ** 31);

let steps = 0;

/** One step, and then a look at every credential that was ever handed out. */
class ModelCommand implements fc.AsyncCommand<UsersModel, ModelApp> {
  constructor(
    private readonly name: string,
    private readonly choice: Choice,
  ) {}

  check(model: UsersModel): boolean {
    return STEPS[this.name]?.can?.(model) ?? true;
  }

  async run(model: UsersModel, app: ModelApp): Promise<void> {
    await STEPS[this.name]?.run(model, app, this.choice);
    steps += 1;
    await compare(model, app);
  }

  toString(): string {
    return `${this.name} (${this.choice.join(', ')})`;
  }
}

/** Every session, key and link, those that are over too: does it open exactly what it should? */
async function compare(model: UsersModel, { sessions, resets }: ModelApp): Promise<void> {
  const silent = { touch: false };
  const asked = model.credentials.map(async (each) => {
    if (each.kind === 'session') return describeSession(await sessions.check(each.token, silent));
    return sessions.authenticateApiKey(each.token, silent).then(
      () => 'ok',
      () => 'refused',
    );
  });
  const expected = model.credentials.map((each) => {
    const standing = model.standing(each);
    if (each.kind === 'key') return model.isKeyGood(each) ? 'ok' : 'refused';
    return standing === 'ok' ? [standing, each.owner.id, each.owner.isAdmin, each.needsPassword] : standing;
  });
  same(await Promise.all(asked), expected);
  for (const token of model.replaced) same((await sessions.check(token, silent)).status, 'not_found');
  for (const link of model.links.filter(({ purpose }) => purpose === 'reset')) {
    const isGood = model.isLinkGood(link) && !link.isUsed && model.isActive(link.owner);
    same(await resets.resolve(link.token), isGood ? link.owner.id : null);
  }
}

function describeSession(result: Awaited<ReturnType<ModelApp['sessions']['check']>>): unknown {
  if (result.status !== 'ok') return result.status;
  return [result.status, result.user.id, result.roles.includes('admin'), result.session.needs.includes('new-password')];
}

/** At the end of a sequence: each password opens what it should, once the limits are forgotten. */
async function comparePasswords(model: UsersModel, app: ModelApp): Promise<void> {
  for (const person of model.people) {
    if (person.name === null || person.password === null) continue;
    await app.sessions.resetAttempts('192.0.2.1', person.name);
    const isGood = model.isActive(person) && !person.isPasswordDisabled;
    const found = await app.users.verifyCredentials(person.name, person.password);
    same(found?.id ?? null, isGood ? person.id : null);
  }
}

const choices = fc.tuple(fc.nat(1_000), fc.nat(1_000));
const commands = Object.keys(STEPS).map((name) => choices.map((choice) => new ModelCommand(name, choice)));

async function play(app: ModelApp, sequence: Iterable<fc.AsyncCommand<UsersModel, ModelApp>>): Promise<void> {
  await app.wipe();
  const model = new UsersModel(() => app.clock.now().getTime());
  // Somebody must be there, or most steps have nothing to do.
  for (const which of [0, 1]) await STEPS['create']?.run(model, app, [0, which]);
  await fc.asyncModelRun(() => ({ model, real: app }), sequence);
  await comparePasswords(model, app);
}

describe('users, sessions, links, keys, bans, limits, blackouts, jumps of the clock and restarts in any order', () => {
  let app: ModelApp;
  beforeAll(async () => {
    app = await ModelApp.start();
  });
  afterAll(() => app.close());

  it(`open exactly what a model in memory says, after each step of ${SEQUENCES} sequences`, async () => {
    const isShrinking = process.env['USERS_TEST_SHRINK'] !== undefined;
    const sequences = fc.array(fc.oneof(...commands), { minLength: isShrinking ? 1 : LENGTH, maxLength: LENGTH, size: 'max' });
    const options = { seed: SEED, numRuns: SEQUENCES, endOnFailure: !isShrinking };
    await fc.assert(
      fc.asyncProperty(sequences, (sequence) => play(app, sequence)),
      options,
    );
    expect(steps).toBeGreaterThan((SEQUENCES * LENGTH) / 2);
  }, 3_600_000);

  it('are told apart by the model from what is wrong (the control)', async () => {
    const wrong = new UsersModel(() => app.clock.now().getTime());
    await app.wipe();
    const choice: Choice = [0, 1];
    for (const name of ['create', 'open']) await STEPS[name]?.run(wrong, app, choice);
    await compare(wrong, app);
    await app.sessions.endAll({ everyone: true });
    await expect(compare(wrong, app)).rejects.toThrow(/not_found/);
  });

  it('know at least 25 kinds of steps', () => expect(Object.keys(STEPS).length).toBeGreaterThanOrEqual(25));
});
