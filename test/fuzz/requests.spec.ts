import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import fc from 'fast-check';
import { dumpOf } from '../support/database-dump.js';
import { type Framework, FRAMEWORKS, HostApp } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { type AnyRequest, anyRequest, statusOf } from './any-request.js';

/** Requests in all: half of them to each framework, a third of those signed in. USERS_TEST_FULL asks for all, USERS_TEST_SEED repeats a run. */
const REQUESTS = process.env['USERS_TEST_FULL'] === undefined ? 3_000 : 100_000;
const SEED = Number(process.env['USERS_TEST_SEED'] ?? Math.floor(performance.timeOrigin) % 2 ** 31);
const AT_ONCE = 25;
const LONG = 1_800_000;

/** What the control asks for. */
@Controller('broken')
class BrokenController {
  @Get() fail(): never {
    throw new Error('as planned');
  }
}

/** Requests in handfuls, made as they are needed. */
function* handfuls(count: number, seed: number): Generator<AnyRequest[]> {
  for (let made = 0, at = seed; made < count; made += AT_ONCE, at += 1) yield fc.sample(anyRequest, { numRuns: AT_ONCE, seed: at });
}

interface Outcome {
  readonly statuses: Map<number, number>;
  /** Those that were answered with a 500 or another fault of ours. */
  readonly broken: unknown[];
}

async function send(
  host: HostApp,
  requests: Iterable<AnyRequest[]>,
  { signIn }: { signIn?: () => Promise<string> } = {},
): Promise<Outcome> {
  const outcome: Outcome = { statuses: new Map(), broken: [] };
  for (const handful of requests) {
    const token = await signIn?.();
    const sent = handful.map((request) =>
      token === undefined ? request : { ...request, headers: [`Authorization: Bearer ${token}`, ...request.headers] },
    );
    const statuses = await Promise.all(sent.map((request) => statusOf(host.url, request)));
    statuses.forEach((status, at) => {
      outcome.statuses.set(status, (outcome.statuses.get(status) ?? 0) + 1);
      if (status >= 500) outcome.broken.push([status, sent[at]]);
    });
  }
  return outcome;
}

const total = ({ statuses }: Outcome): number => [...statuses.values()].reduce((sum, count) => sum + count, 0);

describe.each(FRAMEWORKS)('requests of any bytes on %s', (framework: Framework) => {
  const rejections: unknown[] = [];
  const note = (error: unknown): void => void rejections.push(error);
  let host: HostApp;
  beforeAll(async () => {
    process.on('unhandledRejection', note);
    const options = { routes: true, limits: NO_LIMITS, registration: { open: false } } as const;
    host = await HostApp.start({ listen: framework, ...options, controllers: [BrokenController] });
    const { id } = await host.user('somebody-of-this-test', { isAdmin: true });
    await host.sessions.open(id);
    await host.sessions.createApiKey(id, { name: 'key' });
    await host.resets.issue(id);
  });
  afterAll(async () => {
    process.off('unhandledRejection', note);
    await host.close();
  });

  it(
    `by strangers are answered, never with a 500, and change nothing (seed ${SEED})`,
    async () => {
      const before = await dumpOf(host.dataSource);
      const outcome = await send(host, handfuls(REQUESTS / 3, SEED));
      await host.settled();
      expect(outcome.broken).toEqual([]);
      expect(await dumpOf(host.dataSource)).toEqual(before);
      // Far from all of them end at the door.
      for (const status of [400, 401, 403, 404]) expect([...outcome.statuses.keys()]).toContain(status);
      expect(outcome.statuses.get(0) ?? 0).toBeLessThan(total(outcome) / 20);
    },
    LONG,
  );

  it(
    `by an administrator are answered, never with a 500 (seed ${SEED})`,
    async () => {
      let made = 0;
      const signIn = async (): Promise<string> => {
        made += 1;
        await host.sessions.clearBlackout();
        const { id } = await host.users.create({ username: `administrator-${framework}-${made}`, isAdmin: true });
        return (await host.sessions.open(id)).token;
      };
      const outcome = await send(host, handfuls(REQUESTS / 6, SEED + 1_000_000), { signIn });
      await host.settled();
      expect(outcome.broken).toEqual([]);
      expect(outcome.statuses.get(200) ?? 0).toBeGreaterThan(0);
    },
    LONG,
  );

  it('leave nothing behind that nobody caught, and an app that answers', async () => {
    expect(rejections).toEqual([]);
    expect((await host.client().get('/auth/session')).status).toBe(200);
  });

  it('are counted where one is answered with a 500 (the control)', async () => {
    const request: AnyRequest = { method: 'GET', path: '/broken', headers: [], body: '' };
    expect((await send(host, [[request]])).broken).toEqual([[500, request]]);
  });
});
