import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { DomainEvent, UserCreated, UsernameChanged, UserRegistered, UserUpdated } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';

describe('events about users', () => {
  let host: HostApp;
  beforeEach(async () => {
    host = await HostApp.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await host.close();
  });

  it('[1.5] come after the commit: the handler finds what was written', async () => {
    const found = new Promise<unknown>((resolve) =>
      host.events.on(UserCreated, async ({ userId }) => resolve((await host.users.find(userId))?.username)),
    );
    await host.user('ann');
    expect(await found).toBe('ann');
  });

  it('[1.5] do not come when nothing was committed', async () => {
    const seen: DomainEvent[] = [];
    await host.user('ann');
    host.events.on(DomainEvent, (event) => seen.push(event));
    await expect(host.users.create({ username: 'ann' })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
    await expect(host.users.create({ username: 'bob', password: 'short' })).rejects.toMatchObject({ code: 'USERS_WEAK_PASSWORD' });
    expect(seen).toEqual([]);
  });

  it('[1.5] inside the transaction carry a veto, which leaves nothing behind', async () => {
    const after: string[] = [];
    host.events.on(UserRegistered, () => after.push('told'));
    const stop = host.events.on(
      UserRegistered,
      async ({ userId }, manager) => {
        const rows = (await manager.query(`SELECT id FROM auth_users WHERE id = '${userId}'`)) as unknown[];
        throw new Error(`no more than ${rows.length}`);
      },
      { inTransaction: true },
    );
    await expect(host.users.register({ username: 'bob', password: PASSWORD })).rejects.toThrow('no more than 1');
    expect([await host.users.count(), after]).toEqual([0, []]);
    stop();
    await host.users.register({ username: 'bob', password: PASSWORD });
    expect(after).toEqual(['told']);
  });

  it('[1.5] whose handler fails or hangs change neither the answer nor the data', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    host.events.on(UserCreated, () => {
      throw new Error('first');
    });
    host.events.on(UserCreated, () => Promise.reject(new Error('second')));
    host.events.on(UserCreated, () => new Promise(() => undefined));
    expect((await host.user('ann')).username).toBe('ann');
    await new Promise((resolve) => setImmediate(resolve));
    expect(error.mock.calls.map(([message]) => String(message))).toEqual([
      'A handler of user.created failed: first',
      'A handler of user.created failed: second',
    ]);
    expect(await host.users.count()).toBe(1);
  });

  it('[2.8] [1.5] say who was called what before', async () => {
    const seen: unknown[] = [];
    host.events.on(UsernameChanged, ({ from, to, at }) => seen.push([from, to, at]));
    const { id } = await host.user('ann');
    await host.users.changeUsername(id, 'Anna');
    expect(seen).toEqual([['ann', 'Anna', host.clock.now()]]);
  });

  it('[2.7] [1.5] name the fields that changed, and hold no values', async () => {
    const seen: unknown[] = [];
    host.events.on(UserUpdated, (event) => seen.push(event.fields));
    const { id } = await host.user('ann');
    await host.users.update(id, { displayName: 'Ann', email: 'new@example.org', data: { plan: 'gold' } });
    await host.users.update(id, {});
    expect(seen).toEqual([['displayName', 'data', 'email']]);
  });
});
