import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidCredentialsError } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';

describe('the log-in', () => {
  let host: HostApp;
  beforeAll(async () => {
    host = await HostApp.start();
    await host.user('ann');
  });
  afterAll(() => host.close());

  it('[4.1] opens a session by user name or address, whatever the case', async () => {
    for (const login of ['ann', ' ANN ', 'ann@example.org', 'Ann@Example.ORG']) {
      const { token, user, session } = await host.sessions.login({ login, password: PASSWORD });
      expect(user.username).toBe('ann');
      expect((await host.sessions.authenticate(token)).session.id).toBe(session.id);
    }
  });

  it('[4.1] refuses a wrong password and an unknown name alike', async () => {
    await expect(host.sessions.login({ login: 'ann', password: 'wrong horse battery' })).rejects.toThrow(InvalidCredentialsError);
    await expect(host.sessions.login({ login: 'nobody', password: PASSWORD })).rejects.toThrow(InvalidCredentialsError);
  });
});
