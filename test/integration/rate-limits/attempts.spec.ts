import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AttemptsService, InvalidInputError } from 'nestjs-users';
import { Database } from '../../../lib/persistence/database.js';
import { AttemptStore } from '../../../lib/rate-limits/attempt-store.port.js';
import { Janitor } from '../../../lib/maintenance/janitor.js';
import { HostApp } from '../../support/host-app.js';
import { race, winners } from '../../support/race.js';

let host: HostApp;
let attempts: AttemptsService;
beforeEach(async () => {
  host = await HostApp.start();
  attempts = host.app.get(AttemptsService);
});
afterEach(() => host.close());

describe('a counter of the host’s own', () => {
  it('[5.5] says yes as often as its limit within a window, and yes again after it', async () => {
    const hit = () => attempts.hit('invite ann', { limit: 2, window: '30m' });
    expect([await hit(), await hit(), await hit()]).toEqual([true, true, false]);
    expect(await attempts.hit('invite bob', { limit: 2, window: '30m' })).toBe(true);
    host.clock.advance('30m');
    expect([await hit(), await hit(), await hit()]).toEqual([true, true, false]);
    await attempts.reset('invite ann');
    expect(await hit()).toBe(true);
  });

  it('[5.5] admits exactly as many of forty at once', async () => {
    for (let round = 0; round < 4; round += 1) {
      const results = await race(40, () => attempts.hit(`burst ${round}`, { limit: 7, window: '1h' }));
      expect(winners(results).filter(Boolean)).toHaveLength(7);
    }
  });

  it('[5.5] admits more where the count is read before it is written (the control)', async () => {
    let admitted = 0;
    let count = 0;
    await race(40, async () => {
      const before = count;
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (before >= 7) return;
      count = before + 1;
      admitted += 1;
    });
    expect(admitted).toBeGreaterThan(7);
  });

  it('[5.5] outlives the janitor for as long as a window may be, and not for ever', async () => {
    const hit = () => attempts.hit('daily', { limit: 1, window: '1d' });
    expect(await hit()).toBe(true);
    host.clock.advance('23h');
    await host.app.get(Janitor).sweepAll();
    expect(await hit()).toBe(false);
    host.clock.advance('2h');
    const [store, database] = [host.app.get(AttemptStore), host.app.get(Database)];
    await host.app.get(Janitor).sweepAll();
    expect(await store.purge(database, new Date(host.clock.now().getTime() + 1), 10)).toBe(0);
  });

  it('[5.5] checks what it is given', async () => {
    const good = { limit: 1, window: '1m' } as const;
    for (const key of ['', 'a\0', 'x'.repeat(256), 7, null, undefined, {}, '\ud800'])
      await expect(attempts.hit(key as never, good)).rejects.toThrow(InvalidInputError);
    for (const limit of [
      { ...good, limit: 0 },
      { ...good, limit: 1.5 },
      { ...good, limit: '2' },
      { ...good, window: '2d' },
      { ...good, window: '0s' },
      { ...good, window: 60 },
      { ...good, window: undefined },
    ])
      await expect(attempts.hit('a', limit as never)).rejects.toThrow(InvalidInputError);
    await expect(attempts.reset('')).rejects.toThrow(InvalidInputError);
  });
});
