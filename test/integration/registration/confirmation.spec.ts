import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmailTakenError,
  InvalidCredentialsError,
  InvalidInputError,
  InvalidTokenError,
  NotFoundError,
  TooManyRequestsError,
  UserActivated,
} from 'nestjs-users';
import { PersonalDataService } from '../../../lib/accounts/personal-data.service.js';
import { EmailChangeService } from '../../../lib/registration/email-change.service.js';
import { EmailConfirmationService } from '../../../lib/registration/email-confirmation.service.js';
import { PendingNames } from '../../../lib/registration/pending-names.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';

let host: HostApp;
afterEach(() => host.close());

const register = (name = 'bob', email = `${name}@example.org`) =>
  host.users.register({ username: name, email, password: PASSWORD }, VISITOR);
const tokenFor = async (address = 'bob@example.org', kind: 'confirm-email' | 'confirm-new-email' = 'confirm-email'): Promise<string> => {
  await host.settled();
  return host.inbox.last(kind, address).token;
};
const login = (name: string) => host.sessions.login({ login: name, password: PASSWORD });

describe('a confirmation', () => {
  beforeEach(async () => {
    host = await HostApp.start({ limits: NO_LIMITS });
  });

  it('[5.9] of the same link again within its life answers the same again', async () => {
    await register();
    const token = await tokenFor();
    const first = await host.users.confirmEmail(token);
    host.clock.advance('11h');
    expect((await host.users.confirmEmail(token)).id).toBe(first.id);
    host.clock.advance('1h');
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    host.clock.turnBack('2h');
    await host.users.deactivate(first.id);
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
  });

  it('[5.9] ends with the life of the link', async () => {
    await register();
    const token = await tokenFor();
    host.clock.advance('12h');
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
  });

  it('[5.9] by a link that was replaced, or of another kind, does nothing', async () => {
    await register();
    const first = await tokenFor();
    await host.users.requestEmailConfirmation({ username: 'bob' });
    const second = await tokenFor();
    const { token: reset } = await host.resets.issue((await host.user('ann')).id);
    for (const token of [first, reset]) await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    expect((await host.users.confirmEmail(second)).status).toBe('active');
  });

  it.each([[''], [null], [undefined], [{}], [{ $gt: '' }], [[]], [['a']], [true], [0], ['x'.repeat(1_048_576)]])(
    '[B-05] [B-06] with %p is 400 without a look at the database',
    async (token) => {
      await register();
      await expect(host.users.confirmEmail(token as string)).rejects.toThrow(InvalidInputError);
      expect((await host.users.findOrFail({ username: 'bob' })).status).toBe('pending');
    },
  );

  it.each([' ', 'a', '00000000-0000-0000-0000-000000000000', `00000000-0000-7000-8000-000000000000.${'A'.repeat(43)}`, "' OR 1=1 --"])(
    '[B-05] with %j is refused',
    async (token) => {
      await register();
      await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    },
  );

  it('[W1] needs the secret: the row’s id alone, or a wrong secret, opens nothing', async () => {
    await register();
    const token = await tokenFor();
    const forged = `${token.slice(0, 37)}${'A'.repeat(43)}`;
    await expect(host.users.confirmEmail(forged)).rejects.toThrow(InvalidTokenError);
    const rows = JSON.stringify(await host.dataSource.query('SELECT * FROM auth_tokens'));
    expect(rows).not.toContain(token.slice(37));
  });

  it('of an address that somebody else confirmed first is a link that does not work', async () => {
    await register('bob', 'shared@example.org');
    const bobs = await tokenFor('shared@example.org');
    await register('eve', 'shared@example.org');
    await host.users.confirmEmail(await tokenFor('shared@example.org'));
    await expect(host.users.confirmEmail(bobs)).rejects.toThrow(InvalidTokenError);
    expect((await host.users.findOrFail({ username: 'bob' })).status).toBe('pending');
  });

  it('[5.9] can be had for the address of a user whom trusted code made', async () => {
    const cid = await host.users.create({ username: 'cid', email: 'cid@example.org', password: PASSWORD });
    expect([cid.status, cid.emailConfirmedAt, await host.users.isEmailConfirmationAvailable(cid.id)]).toEqual(['active', null, true]);
    const { expiresAt } = await host.users.requestEmailConfirmation(cid.id);
    expect(expiresAt > host.clock.now()).toBe(true);
    expect((await host.users.confirmEmail(await tokenFor('cid@example.org'))).emailConfirmedAt).toEqual(host.clock.now());
    expect(await host.users.isEmailConfirmationAvailable(cid.id)).toBe(false);
    await expect(host.users.requestEmailConfirmation(cid.id)).rejects.toMatchObject({ fields: { email: ['USERS_EMAIL_CONFIRMED'] } });
  });

  it('[5.9] cannot be asked for nobody, for nothing, or for a lapsed registration', async () => {
    await expect(host.users.requestEmailConfirmation('nobody')).rejects.toThrow(NotFoundError);
    const { id } = await host.users.create({ username: 'cid' });
    await expect(host.users.requestEmailConfirmation(id)).rejects.toThrow(InvalidInputError);
    await register();
    host.clock.advance('12h');
    await expect(host.users.requestEmailConfirmation({ username: 'bob' })).rejects.toThrow(NotFoundError);
  });

  it('[B-29] confirms the address to which its link went, whatever the row says by then', async () => {
    const ann = await host.user('ann');
    await host.users.requestEmailChange(ann.id, 'one@example.org');
    const one = await tokenFor('one@example.org', 'confirm-new-email');
    await host.users.requestEmailChange(ann.id, 'two@example.org');
    const two = await tokenFor('two@example.org', 'confirm-new-email');
    expect((await host.app.get(PersonalDataService).credentialFacts(ann.id)).emailChange?.email).toBe('two@example.org');
    await expect(host.users.confirmEmail(one)).rejects.toThrow(InvalidTokenError);
    expect((await host.users.confirmEmail(two)).email).toBe('two@example.org');
    expect((await host.app.get(PersonalDataService).credentialFacts(ann.id)).emailChange).toBeNull();
  });

  it('[5.9] asked for by a stranger is quiet: nothing happens for an unknown, a confirmed and a deactivated address', async () => {
    const service = host.app.get(EmailConfirmationService);
    await host.user('ann');
    await host.user('off', { emailConfirmed: false });
    await host.users.deactivate({ username: 'off' });
    for (const email of ['ann@example.org', 'nobody@example.org', 'off@example.org'])
      expect(await service.requestQuietly(email, VISITOR)).toBeUndefined();
    await host.settled();
    expect(host.inbox.notifications).toEqual([]);
    await register();
    await service.requestQuietly('BOB@example.org', VISITOR);
    await host.settled();
    expect(host.inbox.kinds('bob@example.org')).toEqual(['confirm-email', 'confirm-email']);
    await expect(service.requestQuietly('bob', VISITOR)).rejects.toThrow(InvalidInputError);
  });
});

describe('an administrator who vouches', () => {
  beforeEach(async () => {
    host = await HostApp.start({ limits: NO_LIMITS });
  });

  it('[2.5] activates who waits, with the name, address and password of his registration, and voids his link', async () => {
    await register();
    const token = await tokenFor();
    const bob = await host.users.activate({ username: 'bob' });
    expect([bob.status, bob.email, bob.emailConfirmedAt]).toEqual(['active', 'bob@example.org', null]);
    await login('bob@example.org');
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    await expect(host.users.create({ email: 'bob@example.org' })).rejects.toThrow(EmailTakenError);
  });

  it('[2.5] activates who waits although his link has lapsed: his address is his, a password comes by a reset', async () => {
    await register();
    host.clock.advance('13h');
    await host.users.activate({ username: 'bob' });
    expect(await host.users.find({ email: 'bob@example.org' })).not.toBeNull();
    await host.resets.request({ email: 'bob@example.org' });
    await host.settled();
    await host.resets.reset(host.inbox.last('reset-password', 'bob@example.org').token, PASSWORD);
    await login('bob@example.org');
  });

  it('[2.5] activates once: again changes nothing and tells nobody', async () => {
    const seen: string[] = [];
    host.events.on(UserActivated, ({ userId }) => seen.push(userId));
    await register();
    const { id, activatedAt } = await host.users.activate({ username: 'bob' });
    host.clock.advance('1h');
    expect((await host.users.activate(id)).activatedAt).toEqual(activatedAt);
    await host.users.deactivate(id);
    await host.users.deactivate(id);
    expect((await host.users.activate(id)).status).toBe('active');
    expect(seen).toEqual([id, id]);
    await expect(host.users.activate('nobody')).rejects.toThrow(NotFoundError);
  });

  it('[5.9] can confirm the address as well', async () => {
    await register();
    const bob = await host.users.confirmEmailFor({ username: 'bob' });
    expect([bob.status, bob.emailConfirmedAt]).toEqual(['active', host.clock.now()]);
    expect((await host.users.confirmEmailFor(bob.id)).emailConfirmedAt).toEqual(host.clock.now());
    await expect(host.users.confirmEmailFor('nobody')).rejects.toThrow(NotFoundError);
  });

  it('[W23] is needed, or the link: an id activates nobody', async () => {
    await register();
    const { id } = await host.users.findOrFail({ username: 'bob' });
    await expect(host.users.confirmEmail(id)).rejects.toThrow(InvalidTokenError);
  });

  it('deactivates who waits: his link is dead, and activating him later leaves no half of a user', async () => {
    await register();
    const token = await tokenFor();
    expect((await host.users.deactivate({ username: 'bob' })).status).toBe('disabled');
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    expect((await host.users.activate({ username: 'bob' })).status).toBe('active');
    expect(await host.users.find({ email: 'bob@example.org' })).not.toBeNull();
    await expect(login('bob')).rejects.toThrow(InvalidCredentialsError);
  });
});

describe('a change of address', () => {
  beforeEach(async () => {
    host = await HostApp.start({ limits: NO_LIMITS });
    await host.user('ann');
  });
  const request = (email: string) => host.users.requestEmailChange({ username: 'ann' }, email);

  it('[2.7] waits for the new one, which confirms; the old one is told and stays until then', async () => {
    await request('New@example.org');
    await host.settled();
    expect(host.inbox.kinds('ann@example.org')).toEqual(['email-changing']);
    expect((await host.users.findOrFail({ username: 'ann' })).email).toBe('ann@example.org');
    const ann = await host.users.confirmEmail(await tokenFor('New@example.org', 'confirm-new-email'));
    expect([ann.email, ann.emailConfirmedAt]).toEqual(['New@example.org', host.clock.now()]);
    expect(await host.users.find({ email: 'ann@example.org' })).toBeNull();
    await host.settled();
    expect(host.inbox.kinds('ann@example.org')).toEqual(['email-changing', 'email-changed']);
    const about = { newEmail: 'New@example.org', at: host.clock.now() };
    expect(host.inbox.last('email-changed', 'ann@example.org')).toMatchObject(about);
  });

  it('[2.7] tells the old address once, however often the link is used, and never one that was not confirmed', async () => {
    await host.users.update({ username: 'ann' }, { email: 'mistyped@example.org' });
    await request('new@example.org');
    const token = await tokenFor('new@example.org', 'confirm-new-email');
    for (let times = 0; times < 2; times += 1) await host.users.confirmEmail(token);
    await request('newer@example.org');
    const next = await tokenFor('newer@example.org', 'confirm-new-email');
    for (let times = 0; times < 2; times += 1) await host.users.confirmEmail(next);
    await host.settled();
    expect(host.inbox.kinds('mistyped@example.org')).toEqual(['email-changing']);
    expect(host.inbox.kinds('new@example.org').filter((kind) => kind === 'email-changed')).toHaveLength(1);
  });

  it('[2.7] ends every session but the one in which it was asked for, when it is done', async () => {
    const { id: userId } = await host.users.findOrFail({ username: 'ann' });
    const [asking, other] = [await host.sessions.open(userId), await host.sessions.open(userId)];
    const body = { email: 'new@example.org', password: PASSWORD };
    await host.app.get(EmailChangeService).requestAs({ userId, sessionId: asking.session.id }, body, VISITOR);
    expect((await host.sessions.check(other.token)).status).toBe('ok');
    await host.users.confirmEmail(await tokenFor('new@example.org', 'confirm-new-email'), VISITOR);
    expect((await host.sessions.check(asking.token)).status).toBe('ok');
    expect((await host.sessions.check(other.token)).status).toBe('not_found');
  });

  it('[B-38] answers the same for a taken address, whose owner is told', async () => {
    await host.user('bob');
    expect(await request('bob@example.org')).toBe(await request('free@example.org'));
    await host.settled();
    expect(host.inbox.kinds('bob@example.org')).toEqual(['already-registered']);
  });

  it('to an address that was taken meanwhile does not work', async () => {
    await request('new@example.org');
    const token = await tokenFor('new@example.org', 'confirm-new-email');
    await host.user('new');
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    expect((await host.users.findOrFail({ username: 'ann' })).email).toBe('ann@example.org');
  });

  it('[B-12] voids the open reset links', async () => {
    const { token } = await host.resets.issue((await host.users.findOrFail({ username: 'ann' })).id);
    await request('new@example.org');
    await host.users.confirmEmail(await tokenFor('new@example.org', 'confirm-new-email'));
    await expect(host.resets.reset(token, 'a newer staple')).rejects.toThrow(InvalidTokenError);
  });

  it('can be cancelled, and dies with a deactivation', async () => {
    const { id } = await host.users.findOrFail({ username: 'ann' });
    await request('new@example.org');
    const token = await tokenFor('new@example.org', 'confirm-new-email');
    expect([await host.app.get(EmailChangeService).cancel(id), await host.app.get(EmailChangeService).cancel(id)]).toEqual([true, false]);
    await expect(host.users.confirmEmail(token)).rejects.toThrow(InvalidTokenError);
    await request('new@example.org');
    const next = await tokenFor('new@example.org', 'confirm-new-email');
    await host.users.deactivate(id);
    await expect(host.users.confirmEmail(next)).rejects.toThrow(InvalidTokenError);
    await expect(request('newer@example.org')).rejects.toThrow(NotFoundError);
  });

  it('by the user himself takes his password', async () => {
    const { id } = await host.users.findOrFail({ username: 'ann' });
    const changes = host.app.get(EmailChangeService);
    await expect(
      changes.requestAs({ userId: id }, { email: 'new@example.org', password: 'a wrong staple' }, VISITOR),
    ).rejects.toMatchObject({
      code: 'USERS_WRONG_PASSWORD',
    });
    await expect(changes.requestAs({ userId: id }, { password: PASSWORD }, VISITOR)).rejects.toThrow(InvalidInputError);
    await changes.requestAs({ userId: id }, { email: 'new@example.org', password: PASSWORD }, VISITOR);
  });
});

describe('the budget of confirmation mails', () => {
  beforeEach(async () => {
    host = await HostApp.start();
  });

  it('[5.9] is two in half an hour, in silence for strangers and as 429 for trusted callers; asking for it counts nothing', async () => {
    await register();
    await host.settled();
    for (let index = 0; index < 5; index += 1) expect(await host.users.isEmailConfirmationAvailable({ username: 'bob' })).toBe(true);
    await host.users.requestEmailConfirmation({ username: 'bob' });
    const token = await tokenFor();
    expect(await host.users.isEmailConfirmationAvailable({ username: 'bob' })).toBe(false);
    await expect(host.users.requestEmailConfirmation({ username: 'bob' })).rejects.toThrow(TooManyRequestsError);
    await host.app.get(EmailConfirmationService).requestQuietly('bob@example.org', VISITOR);
    await host.settled();
    expect(host.inbox.kinds('bob@example.org')).toEqual(['confirm-email', 'confirm-email']);
    // The link that was mailed must stay good: beyond the budget nothing replaces it.
    expect((await host.users.confirmEmail(token)).status).toBe('active');
  });
});

describe('the budget of mails about a change of address', () => {
  it('is two in half an hour; beyond it nothing is sent, and the link that was mailed before stays good', async () => {
    host = await HostApp.start();
    await host.user('ann');
    for (let times = 1; times <= 3; times += 1) await host.users.requestEmailChange({ username: 'ann' }, `new${times}@example.org`);
    await host.settled();
    expect(host.inbox.kinds('new3@example.org')).toEqual([]);
    expect((await host.users.confirmEmail(await tokenFor('new2@example.org', 'confirm-new-email'))).email).toBe('new2@example.org');
  });
});

describe('registrations that nobody confirmed', () => {
  beforeEach(async () => {
    host = await HostApp.start({ limits: NO_LIMITS });
  });

  it('are purged when their links have lapsed, and nothing else is', async () => {
    await host.user('ann');
    await register('old');
    host.clock.advance('7h');
    await register('again');
    await host.users.requestEmailConfirmation({ username: 'old' });
    host.clock.advance('6h');
    await register('new');
    const names = host.app.get(PendingNames);
    expect(await names.purge()).toBe(0);
    host.clock.advance('6.5h');
    expect(await names.purge()).toBe(2);
    expect((await host.users.list()).items.map(({ username }) => username)).toEqual(['ann', 'new']);
  });
});
