import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { User } from 'nestjs-users';
import { HostApp } from '../../support/host-app.js';
import { meeting, race, winners } from '../../support/race.js';

const RACERS = 16;
const ROUNDS = 5;

let host: HostApp;
let id: string;
beforeEach(async () => {
  host = await HostApp.start();
  id = (await host.user('ann')).id;
});
afterEach(() => host.close());

const permissions = async (): Promise<readonly string[]> => (await host.users.findOrFail(id)).permissions ?? [];

describe(`${RACERS} who change one list at once`, () => {
  it('[5.2] all add theirs, and all take theirs away again', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      expect(winners(await race(RACERS, (index) => host.users.addPermissions(id, [`p${index}`])))).toHaveLength(RACERS);
      expect(await permissions()).toHaveLength(RACERS);
      await race(RACERS, (index) =>
        index % 2 === 0 ? host.users.removePermissions(id, [`p${index}`]) : host.users.addPermissions(id, ['x']),
      );
      expect([...(await permissions())].sort()).toEqual(['p1', 'p11', 'p13', 'p15', 'p3', 'p5', 'p7', 'p9', 'x']);
      await host.users.setPermissions(id, []);
    }
  });

  it('(control: look, then write, loses most of them)', async () => {
    const rows = host.dataSource.getRepository(User);
    const allHaveLooked = meeting();
    await race(RACERS, async (index) => {
      const user = await rows.findOneByOrFail({ id });
      await allHaveLooked();
      await rows.update({ id }, { permissions: [...(user.permissions ?? []), `p${index}`] });
    });
    expect((await permissions()).length).toBeLessThan(RACERS);
  });
});
