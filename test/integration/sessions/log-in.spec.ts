import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  InvalidCredentialsError,
  InvalidInputError,
  type LoginInput,
  NotFoundError,
  RandomSource,
  TooManyRequestsError,
  TooManySessionsError,
  UnavailableError,
} from 'nestjs-users';
import { SessionRow } from '../../../lib/sessions/session.entity.js';
import { PasswordRow } from '../../../lib/passwords/password.entity.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { HostApp, type HostOptions, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';

const WRONG = 'wrong horse battery';

let host: HostApp;
const start = async (options: HostOptions = {}): Promise<void> => {
  host = await HostApp.start(options);
  await host.user('ann');
};
afterEach(() => host.close());

const rowsOf = async (base: typeof SessionRow | typeof PasswordRow): Promise<object[]> =>
  host.dataSource.getRepository(host.app.get(SpaceEntities).of(base as typeof SessionRow)).find();
const login = (more: Partial<LoginInput> = {}): ReturnType<HostApp['sessions']['login']> =>
  host.sessions.login({ login: 'ann', password: PASSWORD, ...more } as LoginInput);

describe('the log-in', () => {
  beforeEach(() => start());

  it('[4.1] opens a session by user name or address, whatever the case', async () => {
    for (const name of ['ann', ' ANN ', 'ann@example.org', 'Ann@Example.ORG']) {
      const { token, user, session } = await login({ login: name });
      expect(user.username).toBe('ann');
      expect((await host.sessions.authenticate(token)).session.id).toBe(session.id);
    }
  });

  it('[4.1] takes exactly one of login, email and username, each by its own rule', async () => {
    await host.sessions.login({ email: 'ann@example.org', password: PASSWORD });
    await host.sessions.login({ username: 'Ann', password: PASSWORD });
    await expect(host.sessions.login({ username: 'ann@example.org', password: PASSWORD })).rejects.toThrow(InvalidCredentialsError);
    await expect(host.sessions.login({ password: PASSWORD })).rejects.toThrow(InvalidInputError);
    await expect(login({ email: 'ann@example.org' })).rejects.toThrow(InvalidInputError);
  });

  it('[4.1] refuses a wrong password and an unknown name alike', async () => {
    await expect(login({ password: WRONG })).rejects.toThrow(InvalidCredentialsError);
    await expect(login({ login: 'nobody' })).rejects.toThrow(InvalidCredentialsError);
    expect(await rowsOf(SessionRow)).toEqual([]);
  });

  it('[2.10] remembers when', async () => {
    host.clock.advance('3h');
    expect((await login()).user.lastLoginAt).toEqual(host.clock.now());
  });

  it.each([
    ['no object', 'ann'],
    ['a name of another type', { login: 1, password: PASSWORD }],
    ['an operator for a name', { login: { $ne: '' }, password: PASSWORD }],
    ['no password', { login: 'ann' }],
    ['an empty password', { login: 'ann', password: '' }],
    ['a password of a megabyte', { login: 'ann', password: 'x'.repeat(1_048_576) }],
    ['a name of a megabyte', { login: 'x'.repeat(1_048_576), password: PASSWORD }],
    ['NUL in the password', { login: 'ann', password: `${PASSWORD}\0` }],
    ['a lone surrogate in the name', { login: 'ann\ud800', password: PASSWORD }],
    ['a flag as a text', { login: 'ann', password: PASSWORD, remember: 'yes' }],
    ['data that is no JSON', { login: 'ann', password: PASSWORD, data: { at: new Date() } }],
    ['a prototype key in the data', { login: 'ann', password: PASSWORD, data: JSON.parse('{"__proto__":{"a":1}}') as object }],
  ])('refuses %s before any hash, and counts nothing [B-36] [B-105]', async (_, body) => {
    const cost = await host.hasher.costOf(() => expect(host.sessions.login(body as never, VISITOR)).rejects.toThrow(InvalidInputError));
    expect(cost).toBe(0);
    for (let tries = 0; tries < 5; tries += 1) await expect(host.sessions.login(body as never, VISITOR)).rejects.toThrow(InvalidInputError);
    await host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR);
  });

  it('takes a password in whichever of its two forms the keyboard sends it, at any length that may be set [B-106]', async () => {
    const password = 'é'.repeat(255) + 'x';
    await host.users.setPassword({ username: 'ann' }, password.normalize('NFC'));
    await login({ password: password.normalize('NFD') });
    await expect(login({ password: ` ${password}`.slice(0, 256) })).rejects.toThrow(InvalidCredentialsError);
  });

  it('makes a new token each time, and never adopts one that a client brought [B-68] [W5]', async () => {
    const brought = `019a4780-0000-7000-8000-000000000000.${'A'.repeat(43)}`;
    expect((await host.sessions.check(brought)).status).toBe('not_found');
    const tokens = [await login(), await login()].map(({ token }) => token);
    expect(new Set([...tokens, brought]).size).toBe(3);
  });

  it('answers no to a stored hash that nobody can read, at the cost of one hash, and changes nothing [B-146]', async () => {
    const rows = host.dataSource.getRepository(host.app.get(SpaceEntities).of(PasswordRow));
    for (const hash of ['', '$argon2id$v=16$', '$2b$10$short', 'plain']) {
      await rows.createQueryBuilder().update().set({ hash, failures: 0 }).execute();
      expect(await host.hasher.costOf(() => expect(login()).rejects.toThrow(InvalidCredentialsError))).toBe(1);
      await host.sessions.resetAttempts(null, 'ann');
    }
    expect(await rowsOf(SessionRow)).toEqual([]);
  });

  it('keeps where it came from as far as that can be kept', async () => {
    const userAgent = `Firefox/140.0 Windows ${'x'.repeat(2_000)}\0\ud800`;
    const { session } = await host.sessions.login({ login: 'ann', password: PASSWORD }, { ip: 'nonsense '.repeat(20), userAgent });
    expect(session).toMatchObject({ ip: null, device: 'Firefox on Windows' });
    expect(session.userAgent).toHaveLength(512);
    const named = await host.sessions.login({ login: 'ann', password: PASSWORD, deviceName: "Ann's Pixel" }, VISITOR);
    expect(named.session).toMatchObject({ ip: VISITOR.ip, device: "Ann's Pixel" });
  });
});

describe('the end that a caller chooses', () => {
  beforeEach(() => start());
  const inMinutes = (minutes: number): Date => new Date(host.clock.now().getTime() + minutes * 60_000);

  it('[4.2] is a date, a text with its zone or milliseconds, and use does not move it', async () => {
    for (const write of [(end: Date) => end, (end: Date) => end.toISOString(), (end: Date) => end.getTime()]) {
      const { token, session } = await login({ expiresAt: write(inMinutes(5)) });
      expect(session.expiresAt).toEqual(inMinutes(5));
      host.clock.advance('4m');
      expect((await host.sessions.authenticate(token)).session.expiresAt).toEqual(inMinutes(1));
      host.clock.advance('1m');
      expect((await host.sessions.check(token)).status).toBe('expired');
    }
  });

  it('[4.2] is good to the second at a present-day time [W10]', async () => {
    const { token } = await login({ expiresAt: new Date(host.clock.now().getTime() + 50_000) });
    host.clock.advance('49.999s');
    expect((await host.sessions.check(token, { touch: false })).status).toBe('ok');
    host.clock.advance('0.001s');
    expect((await host.sessions.check(token)).status).toBe('expired');
  });

  it('[4.2] is never beyond the absolute time-out', async () => {
    expect((await login({ expiresAt: new Date('2099-01-01T00:00:00Z') })).session.expiresAt).toEqual(inMinutes(30 * 24 * 60));
  });

  it.each([
    null,
    0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    '',
    'tomorrow',
    '2030-01-01',
    '2030-01-01T00:00:00',
    {},
    [],
    true,
    new Date(Number.NaN),
    new Date(0),
  ])('[4.2] is not %p', async (expiresAt) => {
    await expect(login({ expiresAt: expiresAt as never })).rejects.toThrow(InvalidInputError);
  });
});

describe('a session that never ends', () => {
  it('[4.2] is opened only where that is allowed', async () => {
    await start({ sessions: { allowNonExpiring: true } });
    const { token, session } = await login({ expiresAt: null });
    expect(session.expiresAt).toBeNull();
    host.clock.advance('9999d');
    expect((await host.sessions.authenticate(token)).session.id).toBe(session.id);
    expect(await host.sessions.purgeExpired()).toBe(0);
  });
});

describe('a session without a password', () => {
  beforeEach(() => start());

  it('[4.4] is opened by code that knows who it is, with what it still lacks', async () => {
    const { token } = await host.sessions.open({ username: 'ann' }, { needs: ['second-factor'], data: { via: 'github' } }, VISITOR);
    expect((await host.sessions.authenticate(token)).session).toMatchObject({
      needs: ['second-factor'],
      data: { via: 'github' },
      ip: VISITOR.ip,
    });
  });

  it('[4.4] is refused for nobody, for who is not active, and for a step that does not exist', async () => {
    await host.users.deactivate({ username: 'ann' });
    await expect(host.sessions.open({ username: 'ann' })).rejects.toThrow(NotFoundError);
    await expect(host.sessions.open({ username: 'nobody' })).rejects.toThrow(NotFoundError);
    await expect(host.sessions.open({ username: 'ann' }, { needs: ['dance'] as never })).rejects.toThrow(InvalidInputError);
  });

  it.each([undefined, null, {}, { id: undefined }, { username: 'ann', email: 'x@y.z' }, { where: 1 }, []])(
    'never means the first user by %j [B-06]',
    async (ref) => {
      await expect(host.sessions.open(ref as never)).rejects.toThrow();
      expect(await rowsOf(SessionRow)).toEqual([]);
    },
  );
});

describe('credentials without a session', () => {
  beforeEach(() => start());

  it('[3.1] are checked, and nothing is opened', async () => {
    expect((await host.users.verifyCredentials('ann', PASSWORD, VISITOR))?.username).toBe('ann');
    expect(await host.users.verifyCredentials('ann', WRONG, VISITOR)).toBeNull();
    expect(await host.users.verifyCredentials('nobody', PASSWORD, VISITOR)).toBeNull();
    expect(await rowsOf(SessionRow)).toEqual([]);
  });

  it('[3.1] spend the same budgets as a log-in, before any hash [W11]', async () => {
    for (let tries = 0; tries < 5; tries += 1) await host.users.verifyCredentials('ann', WRONG, VISITOR);
    const cost = await host.hasher.costOf(() =>
      expect(host.users.verifyCredentials('ann', PASSWORD, VISITOR)).rejects.toThrow(TooManyRequestsError),
    );
    expect(cost).toBe(0);
    await expect(host.sessions.login({ login: 'ANN ', password: PASSWORD }, VISITOR)).rejects.toThrow(TooManyRequestsError);
  });
});

describe('the budgets of a log-in', () => {
  beforeEach(() => start());
  const from = (ip: string): { ip: string; userAgent: null } => ({ ip, userAgent: null });
  const fail = (name: string, ip: string): Promise<void> =>
    expect(host.sessions.login({ login: name, password: WRONG }, from(ip))).rejects.toThrow(InvalidCredentialsError);

  it('are given back by success alone [W11]', async () => {
    for (let round = 0; round < 4; round += 1) {
      for (let tries = 0; tries < 4; tries += 1) await fail('ann', '198.51.100.1');
      await host.sessions.login({ login: 'ann', password: PASSWORD }, from('198.51.100.1'));
    }
  });

  it('are not given back by the right password of who may not sign in', async () => {
    await host.users.deactivate({ username: 'ann' });
    for (let tries = 0; tries < 5; tries += 1)
      await expect(host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR)).rejects.toThrow(InvalidCredentialsError);
    await expect(host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR)).rejects.toThrow(TooManyRequestsError);
  });

  it('of one address do not lock the owner out of his own [5.4] [B-54]', async () => {
    for (let tries = 0; tries < 5; tries += 1) await fail('ann', '198.51.100.66');
    for (let tries = 0; tries < 200; tries += 1) {
      await expect(host.sessions.login({ login: 'ann', password: WRONG }, from('198.51.100.66'))).rejects.toThrow(TooManyRequestsError);
    }
    await host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR);
  });

  it('[5.4] can be looked at without counting, and reset', async () => {
    expect(await host.sessions.isBruteforce(VISITOR.ip, 'ann')).toBe(false);
    for (let tries = 0; tries < 5; tries += 1) await fail('ann', VISITOR.ip);
    expect(await host.sessions.isBruteforce(VISITOR.ip, ' Ann')).toBe(true);
    await host.sessions.resetAttempts(VISITOR.ip, 'ANN');
    expect(await host.sessions.isBruteforce(VISITOR.ip, 'ann')).toBe(false);
  });

  it('[5.4] count for nobody, and say so, where the name is blank in any spelling', async () => {
    // A space by NFKC, U+3000; U+00A0 and a tab are white space as they are.
    for (const blank of [' ', '\u3000', '\u00a0', '  \u2003 ']) {
      for (const name of ['login', 'username', 'email'])
        await expect(host.sessions.login({ [name]: blank, password: WRONG } as unknown as LoginInput, VISITOR)).rejects.toMatchObject({
          code: 'USERS_INVALID_INPUT',
          fields: { [name]: ['USERS_EMPTY'] },
        });
      await expect(host.sessions.isBruteforce(VISITOR.ip, blank)).rejects.toThrow(InvalidInputError);
      await expect(host.sessions.resetAttempts(VISITOR.ip, blank)).rejects.toThrow(InvalidInputError);
    }
  });

  it('do not last for ever when the clock jumps [B-141]', async () => {
    host.clock.advance('3650d');
    for (let tries = 0; tries < 5; tries += 1) await fail('ann', VISITOR.ip);
    host.clock.turnBack('3650d');
    await host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR);
  });
});

describe('sessions.max', () => {
  it('ends the oldest by default', async () => {
    await start({ sessions: { max: 2 }, limits: NO_LIMITS });
    const opened = [];
    for (let index = 0; index < 3; index += 1) {
      opened.push(await login());
      host.clock.advance('1s');
    }
    const states = await Promise.all(opened.map(async ({ token }) => (await host.sessions.check(token)).status));
    expect(states).toEqual(['not_found', 'ok', 'ok']);
  });

  it('refuses, where so wished, but counts nobody who is over already', async () => {
    await start({ sessions: { max: 1, whenFull: 'refuse', idleTimeout: '15m' } });
    await login();
    await expect(login()).rejects.toThrow(TooManySessionsError);
    host.clock.advance('15m');
    await login();
    expect(await rowsOf(SessionRow)).toHaveLength(1);
  });

  it('is per user', async () => {
    await start({ sessions: { max: 1 } });
    await host.user('bob');
    const { token } = await login();
    await host.sessions.login({ login: 'bob', password: PASSWORD });
    expect((await host.sessions.check(token)).status).toBe('ok');
  });
});

describe('who must choose a new password', () => {
  it('gets a session that lacks it', async () => {
    await start();
    await host.users.setPassword({ username: 'ann' }, 'a temporary secret', { mustChange: true });
    const { session } = await login({ password: 'a temporary secret' });
    expect(session.needs).toEqual(['new-password']);
  });
});

describe('a broken random source', () => {
  class Broken extends RandomSource {
    is: 'good' | 'failing' | 'short' = 'good';
    private drawn = 0;
    override bytes(size: number): Buffer {
      if (this.is === 'failing') throw new Error('no entropy');
      this.drawn += 1;
      const bytes = Buffer.alloc(this.is === 'short' ? size - 1 : size);
      bytes.writeUInt8(this.drawn % 256, bytes.length - 1);
      return bytes;
    }
  }

  it.each(['failing', 'short'] as const)('opens no session and issues no token: 503 [B-145]: %s', async (kind) => {
    const random = new Broken();
    await start({ ports: { random } });
    random.is = kind;
    await expect(login()).rejects.toThrow(UnavailableError);
    await expect(host.resets.issue({ username: 'ann' })).rejects.toThrow(UnavailableError);
    expect(await rowsOf(SessionRow)).toEqual([]);
  });

  it('that repeats itself never makes two sessions share a token [B-145]', async () => {
    const random = { bytes: (size: number) => Buffer.alloc(size, 7) };
    host = await HostApp.start({ ports: { random } });
    await host.user('ann');
    const { token } = await login();
    await expect(login()).rejects.toThrow();
    host.clock.advance('1s');
    expect((await login()).token).not.toBe(token);
    expect(await rowsOf(SessionRow)).toHaveLength(2);
  });
});
