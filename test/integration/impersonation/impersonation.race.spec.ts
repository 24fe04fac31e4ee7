import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ImpersonationService } from 'nestjs-users';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { losses, meeting, race, winners } from '../../support/race.js';

const RACERS = 16;
const ROUNDS = 5;

let host: HostApp;
let agentId: string;
let ids: string[];
beforeEach(async () => {
  host = await HostApp.start();
  agentId = (await host.user('agent')).id;
  await host.users.setPermissions(agentId, ['users.impersonate']);
  ids = [(await host.user('ann')).id, (await host.user('bob')).id];
});
afterEach(() => host.close());

const impersonation = (): ImpersonationService => host.app.get(ImpersonationService, { strict: false });
const start = (session: string, index: number) => impersonation().start(session, ids[index % 2] ?? '', { reason: 'race' });

describe(`${RACERS} at once by one session [4.17]`, () => {
  it('begin to act: one does, whoever it is to be', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { session } = await host.sessions.login({ login: 'agent', password: PASSWORD });
      const results = await race(RACERS, (index) => start(session.id, index));
      expect([winners(results).length, new Set(losses(results))]).toEqual([1, new Set(['InvalidSessionError'])]);
      await host.sessions.endAll({ everyone: true });
    }
  });

  it('return: one gets the own session back', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { session } = await host.sessions.login({ login: 'agent', password: PASSWORD });
      const acting = await start(session.id, round);
      const results = await race(RACERS, () => impersonation().stop(acting.session.id));
      expect([winners(results).length, new Set(losses(results))]).toEqual([1, new Set(['InvalidSessionError'])]);
      expect((await host.sessions.check(winners(results)[0]?.token ?? '')).status).toBe('ok');
    }
  });

  it('return while the own session ends: no session is left in the name of another', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const { session } = await host.sessions.login({ login: 'agent', password: PASSWORD });
      const acting = await start(session.id, round);
      await race(RACERS, async (index) => {
        if (index % 2 === 0) await impersonation().stop(acting.session.id);
        else await host.sessions.endAll({ userId: agentId });
      });
      expect(await host.sessions.check(acting.token)).toMatchObject({ status: 'not_found' });
      expect((await host.sessions.list({ userId: agentId })).items).toEqual([]);
    }
  });

  it('(control: looking whether the session waits, then parking it, lets many through)', async () => {
    const { session } = await host.sessions.login({ login: 'agent', password: PASSWORD });
    const { driver } = host.dataSource;
    const column = driver.escape('acting');
    const rows = (): Promise<{ acting: string | null }[]> =>
      host.dataSource.query(`SELECT ${column} FROM auth_sessions WHERE id = '${session.id}'`);
    const allHaveLooked = meeting();
    const results = await race(RACERS, async () => {
      const [row] = await rows();
      await allHaveLooked();
      if (row?.acting !== null) throw new Error('it waits already');
      await host.dataSource.query(`UPDATE auth_sessions SET ${column} = '{}' WHERE id = '${session.id}'`);
    });
    expect(winners(results).length).toBeGreaterThan(1);
  });
});
