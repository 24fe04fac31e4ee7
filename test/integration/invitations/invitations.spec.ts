import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  EmailTakenError,
  InvalidInputError,
  InvalidTokenError,
  NotFoundError,
  TooManyRequestsError,
  UserActivated,
  UserInvited,
  UsernameTakenError,
  WeakPasswordError,
} from 'nestjs-users';
import { PendingNames } from '../../../lib/registration/pending-names.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';

const BOB = 'bob@example.org';

let host: HostApp;
const start = async (options: Parameters<typeof HostApp.start>[0] = {}) => {
  host = await HostApp.start({ limits: NO_LIMITS, ...options });
};
beforeEach(() => start());
afterEach(() => host.close());

const invite = async (email = BOB, more: { displayName?: string; invitedBy?: string } = {}) => {
  const invited = await host.users.invite({ email, ...more });
  await host.settled();
  return { ...host.inbox.last('invitation', email), ...invited };
};

describe('an invitation', () => {
  it('[2.4] is a pending user without a password and a mail; its link alone makes him active', async () => {
    const ann = await host.user('ann');
    const events: unknown[] = [];
    host.events.on(UserInvited, ({ userId, invitedById }) => void events.push([userId, invitedById]));
    host.events.on(UserActivated, ({ userId }) => void events.push(userId));
    const { user, token, expiresAt, invitedBy } = await invite(BOB, { displayName: 'Bob', invitedBy: ann.id });
    expect(user).toMatchObject({ status: 'pending', email: BOB, displayName: 'Bob', username: null, isAdmin: false });
    expect([invitedBy?.username, expiresAt]).toEqual(['ann', new Date(host.clock.now().getTime() + 86_400_000)]);
    const active = await host.users.acceptInvitation({ token, password: PASSWORD, username: 'bob' });
    expect(active).toMatchObject({
      id: user.id,
      status: 'active',
      username: 'bob',
      displayName: 'Bob',
      emailConfirmedAt: host.clock.now(),
    });
    expect((await host.users.verifyCredentials(BOB, PASSWORD))?.id).toBe(user.id);
    expect((await host.sessions.list({ userId: user.id })).items).toEqual([]);
    expect(events).toEqual([[user.id, ann.id], user.id]);
    await expect(host.users.acceptInvitation({ token, password: PASSWORD })).rejects.toThrow(InvalidTokenError);
  });

  it('[2.4] is not completed by a registration with its address, which goes its own way', async () => {
    const { user, token } = await invite();
    await host.users.register({ username: 'thief', email: BOB, password: 'the password of a thief' });
    await host.settled();
    expect(await host.users.verifyCredentials(BOB, 'the password of a thief')).toBeNull();
    const confirming = host.inbox.last('confirm-email', BOB).token;
    const active = await host.users.acceptInvitation({ token, password: PASSWORD });
    expect(active).toMatchObject({ id: user.id, username: null });
    await expect(host.users.confirmEmail(confirming)).rejects.toThrow(InvalidTokenError);
    expect(await host.users.verifyCredentials('thief', 'the password of a thief')).toBeNull();
  });

  it('[2.4] is dead once its address was confirmed by another way', async () => {
    const { token } = await invite();
    await host.users.register({ username: 'bob', email: BOB, password: PASSWORD });
    await host.settled();
    const bob = await host.users.confirmEmail(host.inbox.last('confirm-email', BOB).token);
    await expect(host.users.acceptInvitation({ token, password: 'another good password' })).rejects.toThrow(InvalidTokenError);
    expect((await host.users.verifyCredentials(BOB, PASSWORD))?.id).toBe(bob.id);
    await expect(host.users.invite({ email: BOB })).rejects.toThrow(EmailTakenError);
  });

  it('[2.4] made again keeps the user and voids the earlier link', async () => {
    const first = await invite(BOB, { displayName: 'Bob' });
    const again = await invite('Bob@Example.org'.toLowerCase());
    expect([again.user.id, again.user.displayName]).toEqual([first.user.id, 'Bob']);
    await expect(host.users.acceptInvitation({ token: first.token, password: PASSWORD })).rejects.toThrow(InvalidTokenError);
    expect((await host.users.acceptInvitation({ token: again.token, password: PASSWORD })).status).toBe('active');
  });

  it('[2.4] lapses, and only then goes with its user', async () => {
    const names = host.app.get(PendingNames);
    const { user, token } = await invite();
    host.clock.advance('23h');
    expect([await names.purge(), (await host.users.find(user.id))?.status]).toEqual([0, 'pending']);
    host.clock.advance('1h');
    await expect(host.users.acceptInvitation({ token, password: PASSWORD })).rejects.toThrow(InvalidTokenError);
    expect([await names.purge(), await host.users.find(user.id)]).toEqual([1, null]);
  });

  it('[2.4] is not used up by what is refused', async () => {
    await host.user('ann');
    const { token } = await invite();
    const accept = (more: object) => host.users.acceptInvitation({ token, password: PASSWORD, ...more });
    await expect(accept({ password: 'password' })).rejects.toThrow(WeakPasswordError);
    await expect(accept({ password: 'bob@example.org' })).rejects.toThrow(WeakPasswordError);
    await expect(accept({ username: 'ann' })).rejects.toThrow(UsernameTakenError);
    for (const more of [{ password: undefined }, { password: 7 }, { username: 'a\0b' }, { username: 'eve@example.org' }, { token: {} }])
      await expect(accept(more)).rejects.toThrow(InvalidInputError);
    await expect(accept({ token: `${token}x` })).rejects.toThrow(InvalidTokenError);
    expect((await accept({ username: 'bob' })).username).toBe('bob');
  });

  it.each([
    ['activated', (id: string) => host.users.activate(id)],
    ['deactivated', (id: string) => host.users.deactivate(id)],
    ['banned', (id: string) => host.users.ban(id)],
    ['deleted', (id: string) => host.users.delete(id)],
    ['given another address', (id: string) => host.users.update(id, { email: 'robert@example.org' })],
  ])('[2.4] is dead once its user was %s', async (_what, act) => {
    const { user, token } = await invite();
    await act(user.id);
    await expect(host.users.acceptInvitation({ token, password: PASSWORD })).rejects.toThrow(InvalidTokenError);
  });

  it('refuses nonsense, unknown inviters, and the token of another purpose', async () => {
    for (const email of [undefined, 7, 'nobody', 'a@b.example, c@d.example'])
      await expect(host.users.invite({ email: email as string })).rejects.toThrow(InvalidInputError);
    await expect(host.users.invite({ email: BOB, invitedBy: { username: 'nobody' } })).rejects.toThrow(NotFoundError);
    const ann = await host.user('ann');
    const { token } = await host.resets.issue(ann);
    await expect(host.users.acceptInvitation({ token, password: PASSWORD })).rejects.toThrow(InvalidTokenError);
  });

  it('[2.4] joins the transaction of the host: nothing is mailed for what was rolled back', async () => {
    const undone = host.dataSource.transaction(async (manager) => {
      await host.users.within(manager).invite({ email: BOB });
      throw new Error('No.');
    });
    await expect(undone).rejects.toThrow('No.');
    await host.settled();
    expect([await host.users.count(), host.inbox.kinds(BOB)]).toEqual([0, []]);
  });
});

describe('an invitation beyond the budget of mails', () => {
  it('[2.4] is refused, and the link that was mailed before stays good', async () => {
    await host.close();
    await start({ limits: { ...NO_LIMITS, mailsToAccount: { limit: 1 } } });
    const { token } = await invite();
    await expect(host.users.invite({ email: BOB })).rejects.toThrow(TooManyRequestsError);
    expect((await host.users.acceptInvitation({ token, password: PASSWORD })).status).toBe('active');
  });
});
