import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SessionOpened, UserCreated } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';

describe('a service within the caller’s transaction', () => {
  let host: HostApp;
  beforeAll(async () => {
    host = await HostApp.start();
  });
  afterAll(() => host.close());

  it('commits with it: user, password and session at once', async () => {
    const told: string[] = [];
    host.events.on(UserCreated, ({ userId }) => told.push(userId));
    const { id, token } = await host.dataSource.transaction(async (manager) => {
      const user = await host.users.within(manager).create({ username: 'ann', password: PASSWORD });
      const { token: opened } = await host.sessions.within(manager).open(user.id);
      expect(told).toEqual([]);
      expect((await host.users.within(manager).findOrFail(user.id)).username).toBe('ann');
      return { id: user.id, token: opened };
    });
    expect(told).toEqual([id]);
    expect((await host.sessions.authenticate(token)).user.id).toBe(id);
  });

  it('is undone with it, and nobody is told', async () => {
    const told: string[] = [];
    host.events.on(SessionOpened, ({ sessionId }) => told.push(sessionId));
    const undone = host.dataSource.transaction(async (manager) => {
      const user = await host.users.within(manager).create({ username: 'bob', password: PASSWORD });
      await host.sessions.within(manager).open(user.id);
      throw new Error('the host changed his mind');
    });
    await expect(undone).rejects.toThrow('the host changed his mind');
    expect(await host.users.find({ username: 'bob' })).toBeNull();
    expect(told).toEqual([]);
  });

  it('survives a refusal: the caller’s transaction goes on after a name that is taken', async () => {
    await host.users.create({ username: 'carl' });
    await host.dataSource.transaction(async (manager) => {
      await expect(host.users.within(manager).create({ username: 'carl' })).rejects.toMatchObject({ code: 'USERS_USERNAME_TAKEN' });
      await host.users.within(manager).create({ username: 'dora' });
    });
    expect(await host.users.find({ username: 'dora' })).not.toBeNull();
  });

  it('leaves the service itself outside', async () => {
    await host.dataSource.transaction(async (manager) => {
      await host.users.within(manager).create({ username: 'emil' });
    });
    await host.users.create({ username: 'fred' });
    expect(await host.users.count()).toBe(5);
  });

  it('refuses a manager that is in no transaction', () => {
    expect(() => host.users.within(host.dataSource.manager)).toThrow('open transaction');
  });
});
