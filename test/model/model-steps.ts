import { deepStrictEqual as same } from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { SessionContext } from 'nestjs-users';
import { type ModelApp, RULES } from './model-app.js';
import type { Credential, Person, UsersModel } from './users-model.js';

/** Two numbers by which a step chooses among what there is. */
export type Choice = readonly [number, number];
interface Step {
  /** Whether there is anything for it to do. @default always */
  readonly can?: (model: UsersModel) => boolean;
  readonly run: (model: UsersModel, app: ModelApp, choice: Choice) => Promise<void>;
}

const NOBODY = '0190a6e0-0000-7000-8000-000000000000';
const MINUTES = [1, 11, 60, 13 * 60, 24 * 60, 48 * 60] as const;

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'done',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );
const pick = <T>(items: readonly T[], number: number): T => items[number % items.length] as T;
const passwordOf = (model: UsersModel): string => `pass ${model.next()} battery`;
const hasPeople = ({ people }: UsersModel): boolean => people.length > 0;
const hasSessions = (model: UsersModel): boolean => model.live('session').length > 0;
const hasKeys = (model: UsersModel): boolean => model.live('key').length > 0;
const hasLinks =
  (purpose: 'reset' | 'confirm') =>
  ({ links }: UsersModel): boolean =>
    links.some((link) => link.purpose === purpose);
const NOT_FOUND = 'USERS_NOT_FOUND';

function opened(model: UsersModel, owner: Person, { token, session }: { token: string; session: SessionContext['session'] }): Credential {
  const { id, needs } = session;
  const made = {
    kind: 'session',
    id,
    owner,
    token,
    createdAt: model.now,
    lastSeenAt: model.now,
    endsAt: model.now + RULES.absolute,
  } as const;
  const credential = { ...made, isFixed: false, isGone: false, needsPassword: needs.includes('new-password'), usesLeft: null };
  model.makeRoom(owner);
  model.credentials.push(credential);
  return credential;
}

/** An act of the administration: refused for nobody, and where it would leave nobody who administrates. */
async function moderate(model: UsersModel, person: Person, { act, isFatal, then }: Act): Promise<void> {
  const expected = person.isDeleted ? NOT_FOUND : isFatal && model.isLastAdmin(person) ? 'USERS_LAST_ADMIN' : 'done';
  same(await codeOf(act()), expected);
  if (expected === 'done') then();
}

interface Act {
  readonly act: () => Promise<unknown>;
  /** Whether he could not administrate afterwards. */
  readonly isFatal: boolean;
  readonly then: () => void;
}

function banned(model: UsersModel, person: Person, until: number | null): void {
  if (model.isBanned(person) && person.ban?.until === until) return;
  person.ban = { until };
  model.end(person);
  model.voidLinks(person, 'reset');
}

/** Tries the name with a password: what should come of it, and what does. */
async function logIn(model: UsersModel, app: ModelApp, { person, password }: { person: Person; password: string }): Promise<void> {
  const { name } = person;
  if (name === null) return;
  app.clock.advance('1s');
  const isAdmitted = model.spend(name);
  const isGood = isAdmitted && !person.isDeleted && model.prove(person, password) && model.isActive(person);
  const attempt = app.sessions.login({ username: name, password });
  const expected = isGood ? 'done' : isAdmitted ? 'USERS_INVALID_CREDENTIALS' : 'USERS_TOO_MANY_REQUESTS';
  same(await codeOf(attempt), expected);
  if (!isGood) return;
  model.forgive(name);
  const result = await attempt;
  same(result.session.needs, person.mustChange ? ['new-password'] : []);
  opened(model, person, result);
}

async function openFor(model: UsersModel, app: ModelApp, { person, life }: { person: Person; life?: number }): Promise<void> {
  app.clock.advance('1s');
  const expiresAt = life === undefined ? undefined : model.now + life;
  const attempt = app.sessions.open({ id: person.id }, expiresAt === undefined ? {} : { expiresAt });
  same(await codeOf(attempt), model.isActive(person) ? 'done' : NOT_FOUND);
  if (!model.isActive(person)) return;
  const credential = opened(model, person, await attempt);
  if (expiresAt !== undefined) Object.assign(credential, { isFixed: true, endsAt: Math.min(expiresAt, model.now + RULES.absolute) });
}

/** Proves himself again, as one who is signed in does. @returns what should come of it. */
function reproved(model: UsersModel, person: Person, password: string): string {
  if (!model.spend(person.id)) return 'USERS_TOO_MANY_REQUESTS';
  if (!model.prove(person, password)) return 'USERS_WRONG_PASSWORD';
  model.forgive(person.id);
  return 'done';
}

async function changePassword(model: UsersModel, app: ModelApp, { person, keep, isRight }: Change): Promise<void> {
  const newPassword = passwordOf(model);
  const oldPassword = isRight ? (person.password ?? 'there is none') : 'a wrong guess';
  const expected = person.isDeleted ? NOT_FOUND : reproved(model, person, oldPassword);
  const options = keep === undefined ? {} : { keepSession: keep.id };
  same(await codeOf(app.users.changePassword(person.id, { oldPassword, newPassword }, options)), expected);
  if (expected !== 'done') return;
  model.setPassword(person, newPassword);
  person.mustChange = false;
  model.end(person, { ...(keep && { keep }), keys: false });
  model.voidLinks(person, 'reset');
  if (keep !== undefined) keep.needsPassword = false;
}

interface Change {
  readonly person: Person;
  readonly keep?: Credential | undefined;
  readonly isRight: boolean;
}

async function setPassword(
  model: UsersModel,
  app: ModelApp,
  { person, mustChange }: { person: Person; mustChange: boolean },
): Promise<void> {
  const password = passwordOf(model);
  same(await codeOf(app.users.setPassword(person.id, password, { mustChange })), person.isDeleted ? NOT_FOUND : 'done');
  if (person.isDeleted) return;
  model.setPassword(person, password);
  person.mustChange = mustChange;
  model.end(person);
  model.voidLinks(person, 'reset');
}

async function makeKey(model: UsersModel, app: ModelApp, { person, limits }: { person: Person; limits: object }): Promise<void> {
  const attempt = app.sessions.createApiKey({ id: person.id }, { name: 'key', ...limits });
  const isFull = model.live('key', person).length >= RULES.keys;
  same(await codeOf(attempt), !model.isActive(person) ? NOT_FOUND : isFull ? 'USERS_TOO_MANY_API_KEYS' : 'done');
  if (!model.isActive(person) || isFull) return;
  const { key, apiKey } = await attempt;
  const [endsAt, usesLeft] = [apiKey.expiresAt?.getTime() ?? null, (limits as { maxUses?: number }).maxUses ?? null];
  const times = { createdAt: model.now, lastSeenAt: model.now, endsAt, isFixed: true };
  model.credentials.push({
    kind: 'key',
    id: apiKey.id,
    owner: person,
    token: key,
    ...times,
    isGone: false,
    needsPassword: false,
    usesLeft,
  });
}

async function advance(app: ModelApp, minutes: number): Promise<void> {
  app.clock.advance(`${minutes}m`);
  await app.writeUses();
}

const someone = ({ people }: UsersModel, [first]: Choice): Person => pick(people, first);
const someSession = (model: UsersModel, [, second]: Choice): Credential => pick(model.live('session'), second);

/** Everything that happens to users, sessions, keys, links and the clock. */
export const STEPS: Readonly<Record<string, Step>> = {
  create: {
    async run(model, app, [, second]) {
      const [name, password, isAdmin] = [`user${model.next()}`, passwordOf(model), second % 3 === 0];
      const { id } = await app.users.create({ username: name, password, isAdmin });
      model.person({ id, name, password, isAdmin });
    },
  },
  'create with a name that is taken': {
    can: hasPeople,
    async run(model, app, choice) {
      const { name, isPending } = someone(model, choice);
      const isTaken = model.people.some((each) => each.name === name && !each.isDeleted);
      if (name !== null && isTaken && !isPending) same(await codeOf(app.users.create({ username: name })), 'USERS_USERNAME_TAKEN');
    },
  },
  'register by name': {
    async run(model, app) {
      const [name, password] = [`user${model.next()}`, passwordOf(model)];
      const { user } = await app.users.register({ username: name, password });
      model.person({ id: user?.id ?? '', name, password });
    },
  },
  'register by address': {
    async run(model, app) {
      const [name, waiting] = [`user${model.next()}`, passwordOf(model)];
      const email = `${name}@example.org`;
      const { confirmation } = await app.users.register({ username: name, email, password: waiting });
      await app.settled();
      const { id } = await app.users.findOrFail({ username: name });
      const owner = model.person({ id, name, waiting, isPending: true });
      const token = app.inbox.last('confirm-email', email).token;
      const expiresAt = confirmation?.expiresAt.getTime() ?? 0;
      same(expiresAt, model.now + RULES.confirm);
      model.links.push({ purpose: 'confirm', token, owner, expiresAt, isUsed: false, isVoid: false });
    },
  },
  'confirm an address': {
    can: hasLinks('confirm'),
    async run(model, app, [first]) {
      const link = pick(
        model.links.filter(({ purpose }) => purpose === 'confirm'),
        first,
      );
      const isGood = model.isLinkGood(link) && !link.owner.isDeleted;
      same(await codeOf(app.users.confirmEmail(link.token)), isGood ? 'done' : 'USERS_INVALID_TOKEN');
      if (!isGood || link.isUsed) return;
      link.isUsed = true;
      admit(link.owner);
      model.end(link.owner);
    },
  },
  'log in': { can: hasPeople, run: (model, app, choice) => logIn(model, app, known(model, choice)) },
  'log in again': { can: hasPeople, run: (model, app, choice) => logIn(model, app, known(model, choice)) },
  'guess a password': {
    can: hasPeople,
    run: (model, app, choice) => logIn(model, app, { person: someone(model, choice), password: 'a wrong guess' }),
  },
  'guess many passwords': {
    can: hasPeople,
    async run(model, app, choice) {
      for (let time = 0; time < 3; time += 1) await logIn(model, app, { person: someone(model, choice), password: 'a wrong guess' });
    },
  },
  'forgive failures': {
    can: hasPeople,
    async run(model, app, choice) {
      const { name } = someone(model, choice);
      if (name === null) return;
      await app.sessions.resetAttempts('192.0.2.1', name);
      model.forgive(name);
    },
  },
  open: { can: hasPeople, run: (model, app, choice) => openFor(model, app, { person: someone(model, choice) }) },
  'open until an instant': {
    can: hasPeople,
    run: (model, app, choice) => openFor(model, app, { person: someone(model, choice), life: pick(MINUTES, choice[1]) * 120_000 }),
  },
  'use a session': {
    can: hasSessions,
    async run(model, app, choice) {
      const session = someSession(model, choice);
      const { status } = await app.sessions.check(session.token);
      same(status, model.standing(session));
      if (status === 'ok') session.lastSeenAt = Math.max(session.lastSeenAt, model.now);
    },
  },
  'log out': {
    can: hasSessions,
    async run(model, app, choice) {
      const session = someSession(model, choice);
      same(await app.sessions.endByToken(session.token), true);
      session.isGone = true;
      same(await app.sessions.endByToken(session.token), false);
    },
  },
  'end by id': {
    can: hasSessions,
    async run(model, app, choice) {
      const session = someSession(model, choice);
      same(await app.sessions.end(session.id, { userId: NOBODY }), false);
      same(await app.sessions.end(session.id), true);
      session.isGone = true;
    },
  },
  'end all of one': {
    can: hasPeople,
    async run(model, app, choice) {
      const person = someone(model, choice);
      same(await app.sessions.endAll({ userId: person.id }), model.live('session', person).length);
      model.end(person, { keys: false });
    },
  },
  'end all but one': {
    can: hasSessions,
    async run(model, app, choice) {
      const keep = someSession(model, choice);
      const { owner } = keep;
      same(await app.sessions.endAll({ userId: owner.id, except: keep.id }), model.live('session', owner).length - 1);
      model.end(owner, { keep, keys: false });
    },
  },
  'end what has expired of one': {
    can: hasPeople,
    async run(model, app, choice) {
      const person = someone(model, choice);
      const over = model.live('session', person).filter((each) => model.isOver(each) || model.isShutOut(each));
      same(await app.sessions.endAll({ userId: person.id, state: 'expired' }), over.length);
      for (const each of over) each.isGone = true;
    },
  },
  'end everybody’s': {
    async run(model, app) {
      const all = model.live('session');
      same(await app.sessions.endAll({ everyone: true }), all.length);
      for (const each of all) each.isGone = true;
    },
  },
  reauthenticate: {
    can: hasSessions,
    async run(model, app, choice) {
      const session = someSession(model, choice);
      const password = choice[0] % 3 === 0 ? 'a wrong guess' : (session.owner.password ?? 'there is none');
      const expected = reproved(model, session.owner, password);
      const attempt = app.sessions.reauthenticate(session.id, password);
      same(await codeOf(attempt), expected);
      if (expected !== 'done') return;
      model.replaced.push(session.token);
      session.token = (await attempt).token;
    },
  },
  'change a password': {
    can: hasPeople,
    run: (model, app, choice) => changePassword(model, app, { person: someone(model, choice), isRight: true }),
  },
  'change a password in a session': {
    can: hasSessions,
    run(model, app, choice) {
      const keep = someSession(model, choice);
      return changePassword(model, app, { person: keep.owner, keep, isRight: true });
    },
  },
  'change a password by a wrong one': {
    can: hasPeople,
    run: (model, app, choice) => changePassword(model, app, { person: someone(model, choice), isRight: false }),
  },
  'set a password': {
    can: hasPeople,
    run: (model, app, choice) => setPassword(model, app, { person: someone(model, choice), mustChange: false }),
  },
  'set a password to be changed': {
    can: hasPeople,
    run: (model, app, choice) => setPassword(model, app, { person: someone(model, choice), mustChange: true }),
  },
  'issue a reset': {
    can: hasPeople,
    async run(model, app, choice) {
      const owner = someone(model, choice);
      const attempt = app.resets.issue(owner.id);
      same(await codeOf(attempt), model.isActive(owner) ? 'done' : NOT_FOUND);
      if (!model.isActive(owner)) return;
      const { token, expiresAt } = await attempt;
      model.voidLinks(owner, 'reset');
      model.links.push({ purpose: 'reset', token, owner, expiresAt: expiresAt.getTime(), isUsed: false, isVoid: false });
    },
  },
  'use a reset': {
    can: hasLinks('reset'),
    async run(model, app, [first]) {
      const link = pick(
        model.links.filter(({ purpose }) => purpose === 'reset'),
        first,
      );
      const [password, { owner }] = [passwordOf(model), link];
      const isGood = model.isLinkGood(link) && !link.isUsed && model.isActive(owner);
      same(await codeOf(app.resets.reset(link.token, password)), isGood ? 'done' : 'USERS_INVALID_TOKEN');
      if (!isGood) return;
      await app.settled();
      link.isUsed = true;
      model.setPassword(owner, password);
      owner.mustChange = false;
      model.end(owner);
      if (owner.name !== null) model.forgive(owner.name);
    },
  },
  'void resets': {
    can: hasPeople,
    async run(model, app, choice) {
      const owner = someone(model, choice);
      same(await app.resets.voidAll(owner.id), model.voidLinks(owner, 'reset'));
    },
  },
  ban: {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      return moderate(model, person, { act: () => app.users.ban(person.id), isFatal: true, then: () => banned(model, person, null) });
    },
  },
  'ban for a time': {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      const until = model.now + pick(MINUTES, choice[1]) * 60_000;
      return moderate(model, person, {
        act: () => app.users.ban(person.id, { until }),
        isFatal: true,
        then: () => banned(model, person, until),
      });
    },
  },
  unban: {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      return moderate(model, person, { act: () => app.users.unban(person.id), isFatal: false, then: () => (person.ban = null) });
    },
  },
  'toggle a ban': {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      const stood = model.isBanned(person);
      const then = (): void => {
        if (stood) person.ban = null;
        else banned(model, person, null);
      };
      return moderate(model, person, { act: () => app.users.toggleBan(person.id), isFatal: !stood, then });
    },
  },
  deactivate: {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      const then = (): void => {
        if (person.isDisabled) return;
        person.isDisabled = true;
        model.end(person);
        model.voidLinks(person);
      };
      return moderate(model, person, { act: () => app.users.deactivate(person.id), isFatal: true, then });
    },
  },
  activate: {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      const then = (): void => {
        person.isDisabled = false;
        if (!person.isPending) return;
        if (!model.links.some((link) => link.owner === person && link.purpose === 'confirm' && model.isLinkGood(link)))
          person.waiting = null;
        admit(person);
        model.voidLinks(person, 'confirm');
      };
      return moderate(model, person, { act: () => app.users.activate(person.id), isFatal: false, then });
    },
  },
  delete: {
    can: hasPeople,
    async run(model, app, choice) {
      const person = someone(model, choice);
      const isLast = model.isLastAdmin(person);
      const attempt = app.users.delete(person.id);
      same(await codeOf(attempt), isLast ? 'USERS_LAST_ADMIN' : 'done');
      if (isLast) return;
      same(await attempt, !person.isDeleted);
      forget(model, person);
      person.isDeleted = true;
    },
  },
  anonymise: {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      const then = (): void => {
        forget(model, person);
        Object.assign(person, {
          name: null,
          password: null,
          waiting: null,
          isAdmin: false,
          isDisabled: true,
          mustChange: false,
          ban: null,
        });
        Object.assign(person, { failures: 0, isPasswordDisabled: false });
      };
      return moderate(model, person, { act: () => app.users.anonymise(person.id), isFatal: true, then });
    },
  },
  'make an administrator': {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      return moderate(model, person, { act: () => app.users.setAdmin(person.id), isFatal: false, then: () => (person.isAdmin = true) });
    },
  },
  'take an administrator’s rights': {
    can: hasPeople,
    run(model, app, choice) {
      const person = someone(model, choice);
      return moderate(model, person, {
        act: () => app.users.setAdmin(person.id, false),
        isFatal: true,
        then: () => (person.isAdmin = false),
      });
    },
  },
  'change a name': {
    can: hasPeople,
    async run(model, app, choice) {
      const [person, name] = [someone(model, choice), `user${model.next()}`];
      same(await codeOf(app.users.changeUsername(person.id, name)), person.isDeleted ? NOT_FOUND : 'done');
      if (!person.isDeleted) person.name = name;
    },
  },
  'make a key': { can: hasPeople, run: (model, app, choice) => makeKey(model, app, { person: someone(model, choice), limits: {} }) },
  'make a key for a time': {
    can: hasPeople,
    run: (model, app, choice) =>
      makeKey(model, app, { person: someone(model, choice), limits: { expiresAt: model.now + pick(MINUTES, choice[1]) * 60_000 } }),
  },
  'make a key for two uses': {
    can: hasPeople,
    run: (model, app, choice) => makeKey(model, app, { person: someone(model, choice), limits: { maxUses: 2 } }),
  },
  'use a key': {
    can: hasKeys,
    async run(model, app, [, second]) {
      const key = pick(model.live('key'), second);
      const isGood = model.isKeyGood(key);
      same(await codeOf(app.sessions.authenticateApiKey(key.token)), isGood ? 'done' : 'USERS_UNAUTHENTICATED');
      if (isGood && key.usesLeft !== null) key.usesLeft -= 1;
    },
  },
  'end a key': {
    can: hasKeys,
    async run(model, app, [, second]) {
      const key = pick(model.live('key'), second);
      same(await app.sessions.endApiKey(key.id), true);
      key.isGone = true;
    },
  },
  'black out': {
    async run(model, app, [first]) {
      const at = model.now + (first % 2 === 0 ? 0 : 30_000);
      model.blackout = Math.max(model.blackout ?? 0, at);
      same((await app.sessions.endAllBefore(at)).getTime(), model.blackout);
    },
  },
  'lift the blackout': {
    async run(model, app) {
      same(await app.sessions.clearBlackout(), model.blackout !== null);
      model.blackout = null;
    },
  },
  'purge what is over': {
    async run(model, app) {
      const over = model.credentials.filter((each) => !each.isGone && (model.isOver(each) || model.isShutOut(each)));
      same(await app.sessions.purgeExpired(), over.length);
      for (const each of over) each.isGone = true;
    },
  },
  'wait a second': { run: async (_model, app) => app.clock.advance('1s') },
  wait: { run: (_model, app, [first]) => advance(app, pick([1, 1, 11, 60], first)) },
  'wait long': { run: (_model, app, [first]) => advance(app, pick(MINUTES, first)) },
  'turn the clock back': { run: async (_model, app, [first]) => app.clock.turnBack(pick(['1s', '10m', '13h'] as const, first)) },
  restart: { run: (_model, app, [first]) => (first % 12 === 0 ? app.restart() : setTimeout(0)) },
};

/** Who comes in by his link, or on an administrator's word, gets the password that he registered with, unless he has another by now. */
function admit(person: Person): void {
  if (!person.isPending) return;
  person.isPending = false;
  person.password ??= person.waiting;
  person.waiting = null;
}

/** Nothing of his is left. */
function forget(model: UsersModel, person: Person): void {
  model.end(person);
  model.voidLinks(person);
}

function known(model: UsersModel, choice: Choice): { person: Person; password: string } {
  const person = someone(model, choice);
  return { person, password: person.password ?? 'there is none' };
}
