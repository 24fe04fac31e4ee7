import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { UsersHealth } from 'nestjs-users';
import { HashLane } from '../../../lib/passwords/hash-lane.js';
import { Database } from '../../../lib/persistence/database.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import { HostApp } from '../../support/host-app.js';
import { RACERS } from '../../support/race.js';
import { SERVERS, testEngine } from '../../support/database.js';
import { Statements } from '../../support/statements.js';
import { TcpProxy, throughProxy } from '../../support/tcp-proxy.js';
import { mailSettings } from '../../unit/notifications/mail-settings.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly users: UsersHealth,
  ) {}

  @Get() @HealthCheck() check() {
    return this.health.check([() => this.users.check()]);
  }
}

const WELL = { status: 'up', database: 'up', passwords: 'up', mail: 'up' };

describe('the health of a process', () => {
  let host: HostApp;
  beforeEach(async () => {
    host = await HostApp.start({
      listen: 'express',
      modules: [TerminusModule.forRoot({ logger: false }) as never],
      controllers: [HealthController],
      passwords: { concurrency: 1, queue: 1 },
    });
  });
  afterEach(() => host.close());

  const probe = () => host.client().get('/health');

  it('is told by Terminus, in words and without figures', async () => {
    expect(await probe()).toMatchObject({ status: 200, body: { status: 'ok', details: { users: WELL } } });
    expect(Object.values((await host.app.get(UsersHealth).check()).users).every((word) => typeof word === 'string')).toBe(true);
  });

  it('is down while the database does not answer, and up again when it does', async () => {
    await host.dataSource.destroy();
    expect(await probe()).toMatchObject({ status: 503, body: { error: { users: { ...WELL, status: 'down', database: 'down' } } } });
    await host.dataSource.initialize();
    expect((await probe()).status).toBe(200);
  });

  it('is down while the next password hash would be refused', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const lane = host.app.get(HashLane);
    const running = lane.run(() => gate);
    expect((await probe()).status).toBe(200);
    const waiting = lane.run(() => gate);
    expect(await probe()).toMatchObject({ status: 503, body: { error: { users: { ...WELL, status: 'down', passwords: 'full' } } } });
    release();
    await Promise.all([running, waiting]);
    expect((await probe()).status).toBe(200);
  });

  it('is down while the next mail would be dropped', async () => {
    const mails = new MailQueue(mailSettings({ transport: () => new Promise(() => undefined) }, { capacity: 1, shutdownTimeout: 1 }));
    const health = new UsersHealth(host.app.get(Database), host.app.get(HashLane), mails);
    expect(await health.check('people')).toEqual({ people: WELL });
    mails.push({ from: 'a@example.org', to: 'b@example.org', subject: 's', text: 't', html: 'h' } as never, 'confirm-email');
    expect(await health.check()).toEqual({ users: { ...WELL, status: 'down', mail: 'full' } });
    await mails.onApplicationShutdown();
  });

  it('asks one question for all who probe at once: a database that hangs must not lose its pool to them', async () => {
    const health = host.app.get(UsersHealth);
    const statements = Statements.of(host.dataSource);
    const probes = (): Promise<unknown> => Promise.all(Array.from({ length: RACERS }, () => health.check()));
    expect(await statements.before(probes)).toEqual(['SELECT 1']);
    expect(await statements.before(() => health.check())).toEqual(['SELECT 1']);
  });
});

const engine = testEngine();
/** SQLite answers in our own thread: it cannot hang. */
if (engine !== 'sqlite') {
  describe(`the health of a process whose database hangs, on ${engine}`, () => {
    let host: HostApp;
    let proxy: TcpProxy;
    beforeEach(async () => {
      const { hostname, port } = SERVERS[engine];
      proxy = await TcpProxy.before({ host: hostname, port: Number(port === '' ? { postgres: 5432, mariadb: 3306 }[engine] : port) });
      host = await HostApp.start({ connection: (options) => throughProxy(options, proxy.port), http: { checkTimeout: '1s' } });
    });
    afterEach(async () => {
      proxy.reset();
      await host.close();
      await proxy.close();
    });

    const database = async () => (await host.app.get(UsersHealth).check()).users.database;
    /** @param meanwhile what the app does between two probes. */
    async function isBack(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<boolean> {
      for (let tries = 0; tries < 100; tries += 1) {
        await meanwhile();
        if ((await database()) === 'up') return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    }

    it('takes one connection for all its probes, one after the other, and is up when that has its answer', async () => {
      const statements = Statements.of(host.dataSource);
      proxy.hang();
      for (let probe = 0; probe < 4; probe += 1) expect(await database()).toBe('down');
      expect(statements.texts.filter((text) => text === 'SELECT 1')).toHaveLength(1);
      proxy.heal();
      proxy.reset();
      expect(await isBack()).toBe(true);
    });

    it('is up again although that connection never gets its answer, when the database answers others', async () => {
      proxy.hang();
      expect(await database()).toBe('down');
      proxy.heal();
      expect(await isBack(() => host.users.count().catch(() => 0))).toBe(true);
    });
  });
}
