import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InvalidCredentialsError, type LegacyUser, UnavailableError } from 'nestjs-users';
import { HostApp } from '../../support/host-app.js';
import { race, winners } from '../../support/race.js';

/** What the old system knows; its passwords obey no policy of ours. */
const OLD: Readonly<Record<string, { password: string; user: LegacyUser }>> = {
  ann: { password: 'tiny', user: { username: 'ann', email: 'ann@example.org', emailConfirmed: true, data: { oldId: 7 } } },
};

/** What a careless answer may be. */
const ODD: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  'an empty object': {},
  'a text': 'ann',
  'a number': 7,
  yes: true,
  'a list': [{ username: 'ann' }],
  'a name that is none': { username: { $gt: '' } },
  'a promise in it': { username: Promise.resolve('ann') },
};

describe('the log-in of a user whom only the old system knows', () => {
  let host: HostApp;
  const asked: string[] = [];
  const legacyLogin = async (login: string, password: string): Promise<LegacyUser | null> => {
    asked.push(login);
    if (login === 'broken') throw new Error('the old system is down');
    if (login === 'hanging') return new Promise(() => undefined);
    if (login in ODD) return ODD[login] as LegacyUser | null;
    const known = Object.values(OLD).find(({ user }) => user.username === login || user.email === login);
    return known?.password === password ? known.user : null;
  };
  beforeAll(async () => {
    host = await HostApp.start({ passwords: { legacyLogin }, limits: { failedChecksFromAddress: { limit: 100 } } });
  });
  beforeEach(() => void asked.splice(0));
  afterAll(() => host.close());

  it('costs an unknown name one hash, known to nobody or not', async () => {
    const attempt = (login: string) => () =>
      host.sessions.login({ login, password: 'wrong' }).catch((error: unknown) => expect(error).toBeInstanceOf(InvalidCredentialsError));
    expect([await host.hasher.costOf(attempt('nobody')), await host.hasher.costOf(attempt('ann'))]).toEqual([1, 1]);
    expect(asked).toEqual(['nobody', 'ann']);
    expect(await host.users.count()).toBe(0);
  });

  it('is 503 while the old system cannot answer: that says nothing about the password', async () => {
    await expect(host.sessions.login({ login: 'broken', password: 'tiny' })).rejects.toThrow(UnavailableError);
  });

  it.each(Object.keys(ODD))('lets nobody in and makes no user when it answers %s [B-110]', async (login) => {
    const error = await host.sessions.login({ login, password: 'tiny' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(login === 'nothing' ? InvalidCredentialsError : UnavailableError);
    expect([await host.users.count(), (await host.sessions.list()).items]).toEqual([0, []]);
  });

  it('does not wait for ever for an answer that never comes [B-110]', async () => {
    const late = host.sessions.login({ login: 'hanging', password: 'tiny' }).catch((thrown: unknown) => thrown);
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask', 'Date', 'performance', 'hrtime'] });
    try {
      while (!asked.includes('hanging')) await new Promise((resolve) => setImmediate(resolve));
      jest.advanceTimersByTime(10_000);
      expect(await late).toBeInstanceOf(UnavailableError);
    } finally {
      jest.useRealTimers();
    }
  });

  it('makes one user of sixteen first log-ins at once, and signs all of them in', async () => {
    const opened = winners(await race(16, () => host.sessions.login({ login: 'ann@example.org', password: 'tiny' })));
    expect(opened).toHaveLength(16);
    expect(new Set(opened.map(({ user }) => user.id)).size).toBe(1);
    expect(await host.users.count()).toBe(1);
    expect(opened[0]?.user.data).toEqual({ oldId: 7 });
  });

  it('asks the old system never again about who has come over', async () => {
    await host.sessions.login({ login: 'ann', password: 'tiny' });
    await expect(host.sessions.login({ login: 'ann', password: 'other' })).rejects.toThrow(InvalidCredentialsError);
    expect(asked).toEqual([]);
  });
});
