import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { KnownDevices } from '../../../lib/known-devices/known-devices.service.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { NO_LIMITS, VISITOR } from '../../support/limits.js';
import { losses, race, winners } from '../../support/race.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
  await host.user();
});
afterEach(() => host.close());

const login = (device: string | null) => host.sessions.login({ login: 'ann', password: PASSWORD }, { ...VISITOR, device });

describe('known devices', () => {
  it('are handed to whoever keeps them, and to nobody else', async () => {
    const { device } = await login(null);
    expect(device).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect((await login(device)).device).toBe(device);
    expect((await host.sessions.login({ login: 'ann', password: PASSWORD }, VISITOR)).device).toBeNull();
    expect((await host.sessions.login({ login: 'ann', password: PASSWORD })).device).toBeNull();
    expect((await host.sessions.open({ username: 'ann' })).device).toBeNull();
  });

  it('outlive sixteen log-ins at once', async () => {
    const { device } = await login(null);
    const results = await race(16, (index) => login(index % 2 === 0 ? device : null));
    expect(losses(results)).toEqual([]);
    expect(new Set(winners(results).map((one) => one.device)).size).toBe(9);
    expect((await login(device)).device).toBe(device);
  });

  it('are at most fifty of one user', async () => {
    const { device } = await login(null);
    for (let times = 0; times < 50; times += 1) {
      host.clock.advance('1s');
      await login(null);
    }
    const again = await login(device);
    expect(again.device?.split('.').length).toBe(2);
    expect(again.device).not.toBe(device);
  }, 120_000);

  it('are purged when no browser can show them any more', async () => {
    const devices = host.app.get(KnownDevices);
    const { device } = await login(null);
    host.clock.advance('300d');
    await login(device);
    await login(null);
    host.clock.advance('101d');
    expect(await devices.purge(10)).toBe(0);
    host.clock.advance('300d');
    expect([await devices.purge(1), await devices.purge(10), await devices.purge(10)]).toEqual([1, 1, 0]);
  });
});
