import { afterEach, describe, expect, it } from '@jest/globals';
import { Equal, type Repository } from 'typeorm';
import { Database } from '../../../lib/persistence/database.js';
import { SpaceEntities } from '../../../lib/persistence/space-entities.js';
import { SessionRow } from '../../../lib/sessions/session.entity.js';
import { SessionTouches } from '../../../lib/sessions/session-touches.js';
import { SessionStore } from '../../../lib/sessions/session.store.js';
import { HostApp, type HostOptions } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { race } from '../../support/race.js';
import { Statements } from '../../support/statements.js';

const ROUNDS = 10;

let host: HostApp;
const start = async (sessions: HostOptions['sessions'] = {}): Promise<void> => {
  host = await HostApp.start({ sessions, limits: NO_LIMITS });
  await host.user('ann');
};
afterEach(() => host.close());

const open = async (): Promise<{ token: string; id: string }> => {
  const { token, session } = await host.sessions.open({ username: 'ann' });
  return { token, id: session.id };
};
const rows = (): Repository<SessionRow> => host.dataSource.getRepository(host.app.get(SpaceEntities).of(SessionRow));
const written = async (id: string): Promise<Date> => (await rows().findOneByOrFail({ id: Equal(id) })).lastSeenAt;
const touches = (): SessionTouches => host.app.get(SessionTouches);

describe('when a session was last seen', () => {
  it('reaches the rows later, the newest use of each, many in one statement', async () => {
    await start();
    const sessions = await Promise.all(Array.from({ length: 20 }, open));
    for (const passed of ['5s', '10s'] as const) {
      host.clock.advance(passed);
      for (const { token } of sessions) await host.sessions.authenticate(token);
    }
    const statements = Statements.of(host.dataSource);
    await touches().flush();
    expect(statements.texts.filter((text) => text.startsWith('UPDATE'))).toHaveLength(1);
    for (const { id } of sessions) expect(await written(id)).toEqual(host.clock.now());
  });

  it('is known to the process before it is written, so that nobody is signed out early [B-77]', async () => {
    await start({ idleTimeout: '15m' });
    const { token } = await open();
    for (let uses = 0; uses < 5; uses += 1) {
      host.clock.advance('10m');
      await host.sessions.authenticate(token);
    }
    await touches().flush();
    host.clock.advance('14m');
    expect((await host.sessions.check(token)).status).toBe('ok');
  });

  it('is written at once where another process could take the session for an idle one before the next write [B-77]', async () => {
    await start({ idleTimeout: '15m', touchInterval: '1m' });
    const { token, id } = await open();
    host.clock.advance('12m');
    await host.sessions.authenticate(token);
    expect(await written(id)).not.toEqual(host.clock.now());
    host.clock.advance('1m');
    await host.sessions.authenticate(token);
    expect(await written(id)).toEqual(host.clock.now());
  });

  it("is written at each use with touchInterval: '0s'", async () => {
    await start({ touchInterval: '0s' });
    const { token, id } = await open();
    host.clock.advance('1s');
    await host.sessions.authenticate(token);
    expect(await written(id)).toEqual(host.clock.now());
  });

  it('never goes back, neither by a slow node nor by a clock that is set back [B-141]', async () => {
    await start();
    const { token, id } = await open();
    host.clock.advance('1h');
    await host.sessions.authenticate(token);
    const newest = host.clock.now();
    host.clock.turnBack('30m');
    await host.sessions.authenticate(token);
    await touches().flush();
    expect(await written(id)).toEqual(newest);
    await host.app.get(SessionStore).touch(host.app.get(Database), new Map([[id, new Date(0)]]));
    expect(await written(id)).toEqual(newest);
  });

  it('is not lost when it cannot be written: the next write has it', async () => {
    await start();
    const { token, id } = await open();
    host.clock.advance('1m');
    await host.sessions.authenticate(token);
    const store = host.app.get(SessionStore);
    const touch = store.touch.bind(store);
    store.touch = () => Promise.reject(new Error('the database is away'));
    await touches().flush();
    await expect(touches().write()).rejects.toThrow('away');
    await expect(host.sessions.purgeExpired()).rejects.toThrow('away');
    store.touch = touch;
    await touches().flush();
    expect(await written(id)).toEqual(host.clock.now());
  });

  it('is written when the application shuts down [B-152]', async () => {
    await start();
    const { token, id } = await open();
    host.clock.advance('1m');
    await host.sessions.authenticate(token);
    await touches().onModuleDestroy();
    expect(await written(id)).toEqual(host.clock.now());
    host.clock.advance('1m');
    await host.sessions.authenticate(token);
    expect(await written(id)).toEqual(host.clock.now());
  });
});

describe('a use beside an end', () => {
  it('never revives the session, 16 at once [B-30]', async () => {
    await start({ touchInterval: '0s' });
    for (let round = 0; round < ROUNDS; round += 1) {
      const { token, id } = await open();
      host.clock.advance('1s');
      await race<unknown>(16, (index) => (index === 7 ? host.sessions.end(id) : host.sessions.check(token)));
      await touches().flush();
      expect((await host.sessions.check(token)).status).toBe('not_found');
    }
    expect(await rows().count()).toBe(0);
  });

  it('revives it when the use saves the row that it read (the control)', async () => {
    await start();
    const { token, id } = await open();
    const read = await rows().findOneByOrFail({ id: Equal(id) });
    await host.sessions.end(id);
    await rows().save({ ...read, lastSeenAt: host.clock.now() });
    expect((await host.sessions.check(token)).status).toBe('ok');
  });
});
