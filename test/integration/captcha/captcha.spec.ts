import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { CaptchaNeededError, type CaptchaOptions, CaptchaWrongError, InvalidCredentialsError, UnavailableError } from 'nestjs-users';
import { CaptchaService } from '../../support/captcha-service.js';
import { dumpOf } from '../../support/database-dump.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { VISITOR } from '../../support/limits.js';

const WRONG = 'wrong horse battery';

let service: CaptchaService;
let host: HostApp;
beforeEach(async () => {
  service = await CaptchaService.start();
});
afterEach(async () => {
  await host.close();
  service.stop();
});

const start = async (options: Partial<CaptchaOptions> = {}): Promise<void> => {
  host = await HostApp.start({ captcha: { verify: service.verify, ...options } });
  await host.user('ann');
};
const login = (name: string, password: string, captcha?: unknown) =>
  host.sessions.login({ login: name, password }, { ...VISITOR, ...(captcha !== undefined && { captcha }) });
const failThrice = async (name: string): Promise<void> => {
  for (let times = 0; times < 3; times += 1) await expect(login(name, WRONG)).rejects.toThrow(InvalidCredentialsError);
};

describe('a log-in', () => {
  it('needs a captcha from the third failure on, and not before', async () => {
    await start();
    await failThrice('ann');
    await expect(login('ann', PASSWORD)).rejects.toThrow(CaptchaNeededError);
    await login('ann', PASSWORD, 'good 1');
    // Forgiven with the failures.
    await login('ann', PASSWORD);
    expect(service.asked).toEqual([{ answer: 'good 1', action: 'login', ip: VISITOR.ip }]);
  });

  it('is asked alike for whom nobody knows, before anything is hashed, and spends no try', async () => {
    await start();
    for (const name of ['ann', 'nobody']) await failThrice(name);
    const { operations } = host.hasher;
    for (const name of ['ann', 'nobody'])
      for (let times = 0; times < 9; times += 1) {
        await expect(login(name, PASSWORD)).rejects.toThrow(CaptchaNeededError);
        await expect(login(name, PASSWORD, `bad ${times}`)).rejects.toThrow(CaptchaWrongError);
      }
    expect(host.hasher.operations).toBe(operations);
    await login('ann', PASSWORD, 'good 2');
  });

  it('takes an answer once, as its service does', async () => {
    await start();
    await failThrice('ann');
    await expect(login('ann', WRONG, 'good 3')).rejects.toThrow(InvalidCredentialsError);
    await expect(login('ann', PASSWORD, 'good 3')).rejects.toThrow(CaptchaWrongError);
  });

  it('is 503 while the service fails or says nothing, and lets nobody in for it', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    try {
      await start({ timeout: '1s' });
      await failThrice('ann');
      for (const mood of ['failing', 'silent'] as const) {
        service.mood = mood;
        await expect(login('ann', PASSWORD, `good ${mood}`)).rejects.toThrow(UnavailableError);
      }
      expect(JSON.stringify(error.mock.calls)).not.toContain('good');
      service.mood = 'well';
      await login('ann', PASSWORD, 'good again');
    } finally {
      error.mockRestore();
    }
  });

  it('goes on while the service fails where the host allows it', async () => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    try {
      await start({ allowWhenUnavailable: true });
      await failThrice('ann');
      service.mood = 'failing';
      await login('ann', PASSWORD, 'anything');
      expect(error).toHaveBeenCalledTimes(1);
    } finally {
      error.mockRestore();
    }
  });

  it('takes nothing but true for a yes', async () => {
    for (const word of [1, 'true', {}, undefined, null]) {
      await start({ verify: () => word as never });
      await failThrice('ann');
      await expect(login('ann', PASSWORD, 'good')).rejects.toThrow(CaptchaWrongError);
      await host.close();
    }
    await start();
  });

  it.each([1, '', 'x'.repeat(8_193), 'a\0', '\ud800', {}, ['good']])('refuses %j as an answer, and asks nobody', async (captcha) => {
    await start();
    await failThrice('ann');
    await expect(login('ann', PASSWORD, captcha)).rejects.toMatchObject({
      code: 'USERS_INVALID_INPUT',
      fields: { captcha: [expect.any(String)] },
    });
    expect(service.asked).toEqual([]);
  });

  it('needs none by a trusted caller, in a signed-in session, or where the host says never', async () => {
    await start({ afterFailures: null });
    await failThrice('ann');
    const { session } = await login('ann', PASSWORD);
    await host.close();
    await start();
    await failThrice('ann');
    await host.sessions.login({ login: 'ann', password: PASSWORD });
    const { id } = (await host.sessions.login({ login: 'ann', password: PASSWORD })).session;
    for (let times = 0; times < 3; times += 1) await expect(host.sessions.reauthenticate(id, WRONG, VISITOR)).rejects.toThrow();
    await host.sessions.reauthenticate(id, PASSWORD, VISITOR);
    expect(session.kind).toBe('session');
    expect(service.asked).toEqual([]);
  });
});

describe('a registration', () => {
  it('needs a captcha, before anything is hashed or written', async () => {
    await start();
    const { operations } = host.hasher;
    const register = (captcha?: string) => host.users.register({ username: 'bob', password: PASSWORD }, { ...VISITOR, captcha });
    await expect(register()).rejects.toThrow(CaptchaNeededError);
    await expect(register('bad')).rejects.toThrow(CaptchaWrongError);
    expect(host.hasher.operations).toBe(operations);
    expect(await host.users.find({ username: 'bob' })).toBeNull();
    await register('good');
    await host.users.register({ username: 'carl', password: PASSWORD });
  });

  it('shows the answer to the service alone: it is in no table and no mail', async () => {
    await start({ passwordReset: true });
    await host.users.register({ email: 'bob@example.org', password: PASSWORD }, { ...VISITOR, captcha: 'good and secret' });
    await host.resets.request('ann', { ...VISITOR, captcha: 'good and secret too' });
    await host.settled();
    expect(service.asked.map(({ action }) => action)).toEqual(['registration', 'password-reset']);
    expect(host.inbox.notifications.length).toBeGreaterThan(1);
    expect(JSON.stringify([await dumpOf(host.dataSource), host.inbox.notifications])).not.toContain('good and secret');
  });

  it('needs none where the host says so', async () => {
    await start({ registration: false });
    await host.users.register({ username: 'bob', password: PASSWORD }, VISITOR);
  });
});

describe('a request for a reset link', () => {
  it('needs one only where the host says so, whoever asks', async () => {
    await start();
    await host.resets.request('ann', VISITOR);
    await host.close();
    await start({ passwordReset: true });
    for (const name of ['ann', 'nobody']) await expect(host.resets.request(name, VISITOR)).rejects.toThrow(CaptchaNeededError);
    await host.resets.request('ann', { ...VISITOR, captcha: 'good' });
  });
});
