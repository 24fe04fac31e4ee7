import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LastAdminError } from 'nestjs-users';
import { HostApp } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { LONG, losses, meeting, race, RACERS, ROUNDS } from '../../support/race.js';

let host: HostApp;
beforeEach(async () => {
  host = await HostApp.start({ limits: NO_LIMITS });
});
afterEach(() => host.close());

describe('racing administrators', () => {
  type Act = (id: string) => Promise<unknown>;
  const ACTS: readonly (readonly [string, () => Act])[] = [
    ['demote', () => (id) => host.users.setAdmin(id, false)],
    ['deactivate', () => (id) => host.users.deactivate(id)],
    ['delete', () => (id) => host.users.deleteOrFail(id)],
  ];

  it.each(ACTS)(
    '[B-33] sixteen who %s one of two leave the other',
    async (_, act) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const ids = [(await host.user(`a${round}`, { isAdmin: true })).id, (await host.user(`b${round}`, { isAdmin: true })).id];
        // The one who survived the round before must not help.
        for (const { id } of (await host.users.list({ isAdmin: true, status: 'active' })).items)
          if (!ids.includes(id)) await host.users.delete(id);
        const results = await race(RACERS, (index) => act()(ids[index % 2] ?? ''));
        // Every one of the eight who meant the one who stayed.
        expect(losses(results).filter((name) => name === 'LastAdminError')).toHaveLength(RACERS / 2);
        expect(await host.users.count({ isAdmin: true, status: 'active' })).toBe(1);
      }
    },
    LONG,
  );

  it('[B-33] sixteen who all demote and delete one another leave at least one', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 16; index += 1) ids.push((await host.user(`a${index}`, { isAdmin: true })).id);
    await race<unknown>(32, (index) =>
      index % 2 === 0 ? host.users.setAdmin(ids[index % 16] ?? '', false) : host.users.delete(ids[(index + 2) % 16] ?? ''),
    );
    expect(await host.users.count({ isAdmin: true, status: 'active' })).toBe(1);
  });

  it('[B-33] the last one, deleted twice at once, stays', async () => {
    const { id } = await host.user('root', { isAdmin: true });
    expect(losses(await race(2, () => host.users.delete(id)))).toEqual(['LastAdminError', 'LastAdminError']);
    expect(await host.users.isAdmin(id)).toBe(true);
  });

  it('[B-33] who count before they act would leave nobody (control)', async () => {
    const ids = [(await host.user('a', { isAdmin: true })).id, (await host.user('b', { isAdmin: true })).id];
    const allHaveCounted = meeting();
    await race(RACERS, async (index) => {
      const admins = await host.users.count({ isAdmin: true });
      await allHaveCounted();
      if (admins < 2) throw new LastAdminError();
      const isAdmin = host.dataSource.options.type === 'postgres' ? 'false' : '0';
      await host.dataSource.query(
        `UPDATE auth_users SET ${host.dataSource.driver.escape('isAdmin')} = ${isAdmin} WHERE id = '${ids[index % 2] ?? ''}'`,
      );
    });
    expect(await host.users.count({ isAdmin: true })).toBe(0);
  });
});
