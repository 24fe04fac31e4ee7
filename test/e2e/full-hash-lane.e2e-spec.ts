import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HashLane } from '../../lib/passwords/hash-lane.js';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { RACERS, race } from '../support/race.js';
import { Visitor } from '../support/visitor.js';

describe.each(FRAMEWORKS)('more log-ins than the machine can hash (%s)', (framework) => {
  let host: HostApp;
  beforeAll(async () => {
    host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, passwords: { concurrency: 1, queue: 2 } });
    await host.user('ann');
  });
  afterAll(() => host.close());

  it('are told 503 with Retry-After, known and unknown names alike, while sessions go on; those that wait get in [B-58]', async () => {
    const ann = await Visitor.signedIn(host, 'ann');
    const lane = host.app.get(HashLane);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const running = lane.run(() => gate);
    const login = (name: string) => host.client().post('/auth/login', { login: name, password: PASSWORD });
    const waiting = [login('ann'), login('ann')];
    while (!lane.isFull) await new Promise((resolve) => setTimeout(resolve, 5));

    const answers = await race(RACERS, (index) => login(index % 2 === 0 ? 'ann' : 'nobody'));
    for (const answer of answers) {
      const { status, body, headers } = (answer as PromiseFulfilledResult<Awaited<ReturnType<typeof login>>>).value;
      expect([status, body.code]).toEqual([503, 'USERS_UNAVAILABLE']);
      expect(headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(headers.getSetCookie()).toEqual([]);
    }
    expect((await ann.send('GET', '/auth/me')).status).toBe(200);

    release();
    await running;
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await login('ann')).status).toBe(200);
  });
});
