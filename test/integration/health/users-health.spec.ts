import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { UsersHealth } from 'nestjs-users';
import { HashLane } from '../../../lib/passwords/hash-lane.js';
import { Database } from '../../../lib/persistence/database.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import { HostApp } from '../../support/host-app.js';
import { RACERS } from '../../support/race.js';
import { Statements } from '../../support/statements.js';
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
