import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Background } from 'nestjs-users/extend';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import type { HttpAnswer } from '../support/http-client.js';
import { NO_LIMITS } from '../support/limits.js';
import { Statements } from '../support/statements.js';

const WRONG = 'this is not his password';

/** Who a stranger may ask about; the names are equally long, so that answers may be compared byte by byte. */
const PEOPLE = ['active1', 'unknown', 'pending', 'disable', 'no-pass', 'banned1', 'capped1'] as const;
type Person = (typeof PEOPLE)[number];

async function peopled(host: HostApp): Promise<void> {
  await host.user('active1');
  await host.client().post('/auth/register', { username: 'pending', email: 'pending@example.org', password: PASSWORD });
  const { id } = await host.user('disable');
  await host.users.deactivate(id);
  await host.user('no-pass', { password: undefined as never });
  const users = host.dataSource.getMetadata('auth_users').target;
  await host.user('banned1');
  await host.dataSource.getRepository(users).update({ username: 'banned1' }, { bannedAt: host.clock.now() } as never);
  const { id: capped } = await host.user('capped1');
  await host.dataSource
    .getRepository(host.dataSource.getMetadata('auth_passwords').target)
    .update({ userId: capped }, { disabledAt: host.clock.now() } as never);
  await host.settled();
  host.inbox.notifications.length = 0;
}

/** Everything that a stranger sees, to the byte; only the date may differ. */
function seen({ status, headers, text }: HttpAnswer): object {
  return { status, text, headers: [...headers].filter(([name]) => name !== 'date') };
}

/** Holds back what is to be done after an answer, so that what is done before it can be counted. */
class Afterwards {
  private isHolding = false;
  private readonly held: Parameters<Background['run']>[] = [];
  private readonly run: Background['run'];

  constructor(background: Background) {
    this.run = background.run.bind(background);
    background.run = (...work) => (this.isHolding ? void this.held.push(work) : this.run(...work));
  }

  async hold<T>(task: () => Promise<T>): Promise<T> {
    this.isHolding = true;
    const done = await task();
    this.isHolding = false;
    for (const work of this.held.splice(0)) this.run(...work);
    return done;
  }
}

interface Look {
  readonly seen: object;
  readonly hashes: number;
  readonly statements: number;
  readonly mails: readonly string[];
}

for (const framework of FRAMEWORKS) {
  describe(`What a stranger learns on ${framework}`, () => {
    let host: HostApp;
    let statements: Statements;
    let afterwards: Afterwards;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS });
      await peopled(host);
      statements = Statements.of(host.dataSource);
      afterwards = new Afterwards(host.app.get(Background));
    });
    afterAll(() => host.close());

    async function look(send: () => Promise<HttpAnswer>, address: string): Promise<Look> {
      const before = host.inbox.to(address).length;
      const [asked, hashes] = [statements.texts.length, host.hasher.operations];
      const { shown, ...cost } = await afterwards.hold(async () => {
        const answer = await send();
        return { shown: seen(answer), hashes: host.hasher.operations - hashes, statements: statements.texts.length - asked };
      });
      await host.settled();
      return { seen: shown, ...cost, mails: host.inbox.kinds(address).slice(before) };
    }

    async function lookAtAll(send: (person: Person) => Promise<HttpAnswer>): Promise<Record<Person, Look>> {
      // The first of all opens the budgets' windows, whoever it is.
      await send('unknown');
      await host.settled();
      const looks = [];
      for (const person of PEOPLE) looks.push([person, await look(() => send(person), `${person}@example.org`)] as const);
      return Object.fromEntries(looks) as Record<Person, Look>;
    }

    const mailsOf = (looks: Record<Person, Look>): Partial<Record<Person, readonly string[]>> =>
      Object.fromEntries(Object.entries(looks).flatMap(([person, { mails }]) => (mails.length === 0 ? [] : [[person, mails]])));

    function expectOneFace(looks: Record<Person, Look>): void {
      for (const person of PEOPLE) {
        expect([person, looks[person].seen, looks[person].hashes]).toEqual([person, looks.unknown.seen, looks.unknown.hashes]);
      }
    }

    it.each(['login', 'username'] as const)(
      'a log-in by %s with a wrong password: one answer, one hash, no mail [B-34][B-41][W7]',
      async (name) => {
        const looks = await lookAtAll((person) => host.client().post('/auth/login', { [name]: person, password: WRONG }));
        expectOneFace(looks);
        expect([looks.unknown.hashes, mailsOf(looks)]).toEqual([1, {}]);
        expect(looks.unknown.seen).toMatchObject({ status: 401, text: expect.stringContaining('USERS_INVALID_CREDENTIALS') });
      },
    );

    it('a log-in by address with a wrong password: the same [B-34]', async () => {
      const looks = await lookAtAll((person) => host.client().post('/auth/login', { email: `${person}@example.org`, password: WRONG }));
      expectOneFace(looks);
      expect(looks.unknown.hashes).toBe(1);
    });

    it('a log-in with the right password of somebody who is not let in: the same as a wrong one [B-40]', async () => {
      const { active1, ...looks } = await lookAtAll((person) => host.client().post('/auth/login', { login: person, password: PASSWORD }));
      expect(active1.seen).toMatchObject({ status: 200 });
      expectOneFace({ ...looks, active1: looks.unknown });
      expect(looks.unknown.hashes).toBe(1);
    });

    it('a log-in with what is no password: the same 400 for everybody, and no hash [B-36]', async () => {
      for (const password of ['', 'x'.repeat(257), '\ud800abcdefgh', 7]) {
        const looks = await lookAtAll((person) => host.client().post('/auth/login', { login: person, password }));
        expectOneFace(looks);
        expect([looks.unknown.seen, looks.unknown.hashes, looks.unknown.statements]).toEqual([
          expect.objectContaining({ status: 400 }),
          0,
          0,
        ]);
      }
    });

    it('a request for a reset: one answer at one cost; mail for who may have one [B-09][B-37]', async () => {
      const looks = await lookAtAll((person) => host.client().post('/auth/password/reset/request', { login: person }));
      expectOneFace(looks);
      expect(looks.unknown.seen).toMatchObject({ status: 202, text: '{}' });
      expect(new Set(Object.values(looks).map((one) => one.statements)).size).toBe(1);
      expect(mailsOf(looks)).toEqual({ active1: ['reset-password'], 'no-pass': ['reset-password'], capped1: ['reset-password'] });
    });

    it('a request for a confirmation: one answer at one cost; mail for who waits for one [B-37]', async () => {
      const looks = await lookAtAll((person) => host.client().post('/auth/email/confirm/request', { email: `${person}@example.org` }));
      expectOneFace(looks);
      expect(looks.unknown.seen).toMatchObject({ status: 202, text: '{}' });
      expect(new Set(Object.values(looks).map((one) => one.statements)).size).toBe(1);
      expect(mailsOf(looks)).toEqual({ pending: ['confirm-email'] });
    });

    it('a registration: one answer, one hash, as many statements; the owner of a taken address is told [B-38]', async () => {
      const looks = await lookAtAll((person) =>
        host.client().post('/auth/register', { email: `${person}@example.org`, password: PASSWORD }),
      );
      expectOneFace(looks);
      expect([looks.unknown.hashes, looks.unknown.seen]).toEqual([1, expect.objectContaining({ status: 202, text: '{}' })]);
      expect(new Set(Object.values(looks).map((one) => one.statements)).size).toBe(1);
      const told = ['already-registered'];
      expect(mailsOf(looks)).toEqual({
        active1: told,
        unknown: ['confirm-email'],
        pending: ['confirm-email'],
        disable: told,
        'no-pass': told,
        banned1: told,
        capped1: told,
      });
    });

    it('a change to a taken address: as to a free one [B-41]', async () => {
      const client = host.client();
      await host.user('mover');
      await client.post('/auth/login', { login: 'mover', password: PASSWORD });
      const looks = await lookAtAll((person) => client.post('/auth/email/change', { email: `${person}@example.org`, password: PASSWORD }));
      expectOneFace({ ...looks });
    });

    it('a wrong token: one answer, whatever is wrong about it', async () => {
      const { token } = await host.resets.issue({ username: 'active1' });
      const id = token.slice(0, 36);
      const tokens = [`${id}.${'A'.repeat(43)}`, `0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}`, 'nonsense', token.toUpperCase()];
      const answers = [];
      for (const wrong of tokens)
        answers.push(
          seen(await host.client().post('/auth/password/reset/confirm', { token: wrong, newPassword: 'a wholly different sentence' })),
        );
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(answers[0]).toMatchObject({ status: 400, text: expect.stringContaining('USERS_INVALID_TOKEN') });
    });
  });

  describe(`Budgets on ${framework}`, () => {
    let host: HostApp;
    beforeAll(async () => {
      const five = { limit: 5 };
      host = await HostApp.start({
        listen: framework,
        routes: true,
        limits: { passwordChecks: { limit: 40 }, registrations: five, confirmations: five, mailRequests: five },
      });
      await host.user('active1');
    });
    afterAll(() => host.close());

    const statusesOf = async (times: number, send: (time: number) => Promise<HttpAnswer>): Promise<string[]> => {
      const statuses = [];
      for (let time = 0; time < times; time += 1) {
        const { status, headers, body } = await send(time);
        if (status === 429) expect(body).toMatchObject({ statusCode: 429, code: 'USERS_TOO_MANY_REQUESTS' });
        statuses.push(`${status} ${headers.get('retry-after') ?? ''}`.trim());
      }
      return statuses;
    };
    /** What a client may claim about where it comes from. */
    const claims = (time: number): Record<string, string> => ({
      'x-forwarded-for': `192.0.2.${time}`,
      forwarded: `for=192.0.2.${time}`,
      'x-real-ip': `192.0.2.${time}`,
      'cf-connecting-ip': `192.0.2.${time}`,
      'true-client-ip': `192.0.2.${time}`,
      'x-client-ip': `192.0.2.${time}`,
    });

    it('failed log-ins: the same count and the same wait for a user and for nobody [B-42]', async () => {
      const wrong = (login: string) => () => host.client().post('/auth/login', { login, password: WRONG });
      const known = await statusesOf(8, wrong('active1'));
      expect(known).toEqual(['401', '401', '401', '401', '401', '429 30', '429 30', '429 30']);
      expect(await statusesOf(8, wrong('unknown'))).toEqual(known);
      const hashes = await host.hasher.costOf(wrong('active1'));
      expect(hashes).toBe(0);
    });

    it('malformed bodies count nothing', async () => {
      const statuses = await statusesOf(50, (time) => host.client().post('/auth/login', { login: 'somebody', password: time }));
      expect(new Set(statuses)).toEqual(new Set(['400']));
    });

    it('a hundred log-ins in one body are none [B-57]', async () => {
      const many = Array.from({ length: 100 }, () => ({ login: 'active1', password: PASSWORD }));
      const before = host.hasher.operations;
      for (const body of [many, { login: ['active1', 'unknown'], password: PASSWORD }, { ...many }])
        expect((await host.client().post('/auth/login', body)).status).toBe(400);
      expect(host.hasher.operations).toBe(before);
    });

    it('all log-ins of one client: a header that it chooses makes it no other client [B-46] [B-56]', async () => {
      host.clock.advance('1h');
      const statuses = await statusesOf(42, (time) =>
        host.client().post('/auth/login', { login: `name${time}`, password: WRONG }, { headers: claims(time) }),
      );
      expect(statuses.slice(0, 40)).toEqual(Array(40).fill('401'));
      expect(statuses.slice(40)).toEqual([expect.stringMatching(/^429 [1-9]\d*$/), expect.stringMatching(/^429 [1-9]\d*$/)]);
    });

    it.each([
      ['registrations', '/auth/register', (time: number) => ({ email: `new${time}@example.org`, password: PASSWORD }), '202'],
      ['confirmations', '/auth/email/confirm', () => ({ token: `0190a6e0-0000-7000-8000-000000000000.${'A'.repeat(43)}` }), '400'],
      ['requests for mail', '/auth/password/reset/request', (time: number) => ({ login: `name${time}` }), '202'],
    ] as const)('%s of one client, whatever it claims [B-46][B-66]', async (_, path, body, usual) => {
      const statuses = await statusesOf(6, (time) => host.client().post(path, body(time), { headers: claims(time) }));
      expect(statuses).toEqual([...Array<string>(5).fill(usual), expect.stringMatching(/^429 [1-9]\d*$/)]);
    });

    it('both requests for mail are one budget', async () => {
      expect((await host.client().post('/auth/email/confirm/request', { email: 'active1@example.org' })).status).toBe(429);
    });

    it('mails to one account: silence beyond the budget, with the same answer', async () => {
      host.clock.advance('2h');
      host.inbox.notifications.length = 0;
      const answers = [];
      for (let time = 0; time < 4; time += 1) {
        answers.push(seen(await host.client().post('/auth/password/reset/request', { login: 'active1' })));
        await host.settled();
      }
      for (const answer of answers) expect(answer).toEqual(answers[0]);
      expect(host.inbox.kinds('active1@example.org')).toEqual(['reset-password', 'reset-password']);
    });
  });
}

describe.each(FRAMEWORKS)('Budgets behind proxies that are trusted by their addresses on %s', (framework) => {
  const TRUSTED = '127.0.0.1, 10.0.0.0/8';
  let host: HostApp;
  beforeAll(async () => {
    const configure = (app: INestApplication): void =>
      void (framework === 'express' && (app as NestExpressApplication).set('trust proxy', TRUSTED.split(', ')));
    const limits = { passwordChecks: { limit: 3 } };
    host = await HostApp.start({ listen: framework, routes: true, limits, configure, fastify: { trustProxy: TRUSTED.split(', ') } });
  });
  afterAll(() => host.close());

  let names = 0;
  async function statusesOf(chains: readonly string[]): Promise<number[]> {
    host.clock.advance('1h');
    const statuses = [];
    for (const chain of chains) {
      names += 1;
      const body = { login: `name${names}`, password: WRONG };
      statuses.push((await host.client().post('/auth/login', body, { headers: { 'x-forwarded-for': chain } })).status);
    }
    return statuses;
  }
  const spoofed = (behind: (time: number) => string): string[] => Array.from({ length: 4 }, (_, time) => behind(time));

  it('the address is read from right to left: what a client writes in front of it makes it no other client [B-46]', async () => {
    const limited = [401, 401, 401, 429];
    expect(await statusesOf(spoofed((time) => `203.0.113.${time}, 198.51.100.7`))).toEqual(limited);
    expect(await statusesOf(spoofed((time) => `203.0.113.${time}, 198.51.100.7, 10.1.2.${time}`))).toEqual(limited);
    expect(await statusesOf(spoofed((time) => `10.0.0.${time}, 198.51.100.7, 10.1.2.3`))).toEqual(limited);
    expect(await statusesOf(spoofed((time) => `203.0.113.${time}, 2001:db8::${time + 1}`))).toEqual(limited);
  });

  it('clients behind one proxy are told apart', async () => {
    expect(await statusesOf(spoofed((time) => `198.51.100.${time}, 10.1.2.3`))).toEqual([401, 401, 401, 401]);
  });
});

describe('Budgets behind a trusted proxy on express', () => {
  let host: HostApp;
  beforeAll(async () => {
    const limits = { passwordChecks: { limit: 3 } };
    const configure = (app: INestApplication): void => void (app as NestExpressApplication).set('trust proxy', true);
    host = await HostApp.start({ listen: 'express', routes: true, limits, configure });
  });
  afterAll(() => host.close());

  let names = 0;
  /** How many of four log-ins from these addresses are refused unseen. */
  async function refused(...addresses: string[]): Promise<number> {
    host.clock.advance('1h');
    const statuses = [];
    for (let time = 0; time < 4; time += 1) {
      names += 1;
      const headers = { 'x-forwarded-for': addresses[time % addresses.length] ?? '' };
      statuses.push((await host.client().post('/auth/login', { login: `name${names}`, password: WRONG }, { headers })).status);
    }
    expect(statuses.filter((status) => status !== 401 && status !== 429)).toEqual([]);
    return statuses.filter((status) => status === 429).length;
  }

  it('clients are told apart by their address, those of one IPv6 network are not [B-49][B-50][W28]', async () => {
    expect(await refused('192.0.2.1')).toBe(1);
    expect(await refused('192.0.2.1', '192.0.2.2')).toBe(0);
    expect(await refused('::ffff:192.0.2.1', '::ffff:192.0.2.2')).toBe(0);
    expect(await refused('192.0.2.1', '::ffff:192.0.2.1')).toBe(1);
    expect(await refused('2001:db8::1', '2001:DB8:0:0::2', '2001:db8:0:0:ffff::3', '2001:db8::4')).toBe(1);
    expect(await refused('2001:db8::1', '2001:db8:0:1::1')).toBe(0);
  });

  it('what is no address counts as the proxy’s own, and breaks nothing [B-48]', async () => {
    expect(await refused('unknown', '_hidden', 'a', 'x'.repeat(9_000))).toBe(1);
    expect(await refused('192.0.2.1:4711', '"[2001:db8::1]:80"', '999.1.1.1', '1.2.3')).toBe(1);
    expect(await refused('fe80::1%eth0', 'fe80::2%eth1')).toBe(1);
  });
});
