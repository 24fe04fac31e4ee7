import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InvalidInputError, SessionEnded, SessionsEnded } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { manySessions } from '../../support/many-sessions.js';
import { Statements } from '../../support/statements.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ sessions: { idleTimeout: '1h' } });
  for (const name of ['ann', 'bob']) await host.user(name);
});
afterEach(() => host.close());

const login = async (name = 'ann'): Promise<{ token: string; id: string; userId: string }> => {
  const { token, session } = await host.sessions.login({ login: name, password: PASSWORD });
  return { token, id: session.id, userId: session.userId };
};
const statusOf = async ({ token }: { token: string }): Promise<string> => (await host.sessions.check(token, { touch: false })).status;

describe('one session', () => {
  it('[4.8] ends by its token or by its id, once, and its token is dead at once [W14]', async () => {
    const [first, second, third] = [await login(), await login(), await login()];
    expect([await host.sessions.endByToken(first.token), await host.sessions.endByToken(first.token)]).toEqual([true, false]);
    expect([await host.sessions.end(second.id), await host.sessions.end(second.id)]).toEqual([true, false]);
    expect(await Promise.all([first, second, third].map(statusOf))).toEqual(['not_found', 'not_found', 'ok']);
  });

  it('[4.8] of somebody else is none [B-84] [B-45]', async () => {
    const [own, foreign] = [await login(), await login('bob')];
    expect(await host.sessions.end(foreign.id, { userId: own.userId })).toBe(false);
    expect(await statusOf(foreign)).toBe('ok');
  });

  it.each(['', 'abc', "' OR 1=1 --", null, undefined, {}, '019A4780-0000-7000-8000-000000000000'])(
    '[4.8] is none under %p [B-06]',
    async (id) => {
      const one = await login();
      expect(await host.sessions.end(id as string)).toBe(false);
      expect(await statusOf(one)).toBe('ok');
    },
  );

  it('tells who listens', async () => {
    const heard: unknown[] = [];
    host.events.on(SessionEnded, ({ userId, sessionId }) => heard.push([userId, sessionId]));
    const one = await login();
    await host.sessions.end(one.id);
    await host.sessions.end(one.id);
    expect(heard).toEqual([[one.userId, one.id]]);
  });
});

describe('many sessions', () => {
  it('[4.10] of everybody end in batches, each a transaction of its own, and are told of once', async () => {
    const kept = await login();
    await manySessions(host.dataSource, { userId: kept.userId, count: 2_100, at: host.clock.now() });
    const heard: unknown[] = [];
    host.events.on(SessionsEnded, ({ userId, exceptSessionId }) => heard.push([userId, exceptSessionId]));
    const statements = Statements.of(host.dataSource);
    const sent = await statements.before(async () => expect(await host.sessions.endAll({ everyone: true, except: kept.id })).toBe(2_100));
    expect(sent.filter((text) => text.startsWith('DELETE'))).toHaveLength(3);
    expect(sent.filter((text) => /^(BEGIN|START)/.test(text))).toHaveLength(3);
    expect(heard).toEqual([[null, kept.id]]);
    expect((await host.sessions.list({ state: 'all' })).items.map(({ id }) => id)).toEqual([kept.id]);
  });

  it('[4.10] of one user end together, or all but one', async () => {
    const [kept, other, foreign] = [await login(), await login(), await login('bob')];
    expect(await host.sessions.endAll({ userId: kept.userId, except: kept.id })).toBe(1);
    expect(await Promise.all([kept, other, foreign].map(statusOf))).toEqual(['ok', 'not_found', 'ok']);
    expect(await host.sessions.endAll({ userId: kept.userId })).toBe(1);
    expect(await Promise.all([kept, foreign].map(statusOf))).toEqual(['not_found', 'ok']);
  });

  it('[4.10] of everybody end only by that word', async () => {
    const all = [await login(), await login('bob')];
    for (const request of [{}, { userId: undefined }, { everyone: false }, null])
      await expect(host.sessions.endAll(request as never)).rejects.toThrow(InvalidInputError);
    expect(await host.sessions.endAll({ userId: 'nobody' })).toBe(0);
    expect(await Promise.all(all.map(statusOf))).toEqual(['ok', 'ok']);
    expect(await host.sessions.endAll({ everyone: true })).toBe(2);
  });

  it('[4.10] end by their state', async () => {
    const old = await login();
    host.clock.advance('1h');
    const live = await login();
    expect(await host.sessions.endAll({ everyone: true, state: 'expired' })).toBe(1);
    expect([await statusOf(old), await statusOf(live)]).toEqual(['not_found', 'ok']);
    expect(await host.sessions.endAll({ userId: live.userId, state: 'live' })).toBe(1);
  });

  it('tell who listens once, and only when there were any', async () => {
    const heard: unknown[] = [];
    host.events.on(SessionsEnded, ({ userId, exceptSessionId }) => heard.push([userId, exceptSessionId]));
    const kept = await login();
    await login();
    for (let times = 0; times < 2; times += 1) await host.sessions.endAll({ userId: kept.userId, except: kept.id });
    expect(heard).toEqual([[kept.userId, kept.id]]);
  });
});

describe('the list of sessions', () => {
  it('[4.9] is of one user or of all, newest first, by pages', async () => {
    const opened: string[] = [];
    for (const name of ['ann', 'bob', 'ann', 'ann', 'ann']) {
      opened.push((await login(name)).id);
      host.clock.advance('1s');
    }
    const newestFirst = opened.toReversed();
    expect((await host.sessions.list()).items.map(({ id }) => id)).toEqual(newestFirst);
    const { id: userId } = await host.users.findOrFail({ username: 'ann' });
    const pages: string[][] = [];
    for (let after: string | null | undefined; after !== null;) {
      const page = await host.sessions.list({ userId, limit: 3, after: after ?? undefined });
      pages.push(page.items.map(({ id }) => id));
      after = page.next;
    }
    const own = newestFirst.filter((id) => id !== opened[1]);
    expect(pages).toEqual([own.slice(0, 3), own.slice(3)]);
  });

  it('[4.9] is of the live, the expired or both, fixed ends included', async () => {
    const idle = await login();
    const short = await host.sessions.login({ login: 'ann', password: PASSWORD, expiresAt: new Date(host.clock.now().getTime() + 60_000) });
    const long = await host.sessions.login({
      login: 'ann',
      password: PASSWORD,
      expiresAt: new Date(host.clock.now().getTime() + 86_400_000),
    });
    host.clock.advance('1h');
    const fresh = await login();
    const idsOf = async (state: 'live' | 'expired' | 'all'): Promise<string[]> =>
      (await host.sessions.list({ state })).items.map(({ id }) => id);
    expect(new Set(await idsOf('live'))).toEqual(new Set([fresh.id, long.session.id]));
    expect(new Set(await idsOf('expired'))).toEqual(new Set([idle.id, short.session.id]));
    expect(await idsOf('all')).toHaveLength(4);
  });

  it.each(['nonsense', Buffer.from('["nonsense"]').toString('base64url'), Buffer.from('["a","b"]').toString('base64url'), '!!!'])(
    '[4.9] refuses a cursor that it did not make, and does not fail [B-105]: %s',
    async (after) => {
      await expect(host.sessions.list({ after })).rejects.toThrow(InvalidInputError);
    },
  );

  it('[4.9] is empty for a user who cannot be', async () => {
    await login();
    expect(await host.sessions.list({ userId: "' OR 1=1 --" })).toEqual({ items: [], next: null });
  });
});

describe('the purge', () => {
  it('[4.14] deletes what is over, and nothing else', async () => {
    await login();
    await host.sessions.login({ login: 'ann', password: PASSWORD, expiresAt: new Date(host.clock.now().getTime() + 60_000) });
    host.clock.advance('59m');
    const live = await login();
    host.clock.advance('1m');
    expect(await host.sessions.purgeExpired()).toBe(2);
    expect(await host.sessions.purgeExpired()).toBe(0);
    expect(await statusOf(live)).toBe('ok');
  });

  it('[4.14] spares a session whose last use is not written yet [B-77]', async () => {
    const busy = await login();
    host.clock.advance('30m');
    await host.sessions.authenticate(busy.token);
    host.clock.advance('45m');
    expect(await host.sessions.purgeExpired()).toBe(0);
    expect(await statusOf(busy)).toBe('ok');
  });
});
