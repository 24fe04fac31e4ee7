import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  AggregationTemporality,
  type DataPoint,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { openTelemetry } from 'nestjs-users/opentelemetry';
import { Measurements } from '../../../lib/kernel/measurements.js';
import { Janitor } from '../../../lib/maintenance/janitor.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import { HashLane } from '../../../lib/passwords/hash-lane.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';

const FROM = { ip: '192.0.2.7', userAgent: 'a browser of Ann' };
const LOGIN = { login: 'ann', password: PASSWORD };
const WRONG = { login: 'ann', password: 'not the one' };

describe('metrics', () => {
  let exporter: InMemoryMetricExporter;
  let provider: MeterProvider;
  let host: HostApp;
  beforeEach(async () => {
    exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })] });
    host = await HostApp.start({
      extensions: [openTelemetry({ meter: () => provider.getMeter('nestjs-users') })],
      passwords: { concurrency: 1, queue: 1 },
    });
    await host.user('ann');
  });
  afterEach(async () => {
    await host.close();
    await provider.shutdown();
  });

  const points = async (name: string): Promise<DataPoint<number | Histogram>[]> => {
    exporter.reset();
    await provider.forceFlush();
    const metrics = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    return metrics.filter(({ descriptor }) => descriptor.name === name).flatMap(({ dataPoints }) => dataPoints as DataPoint<number>[]);
  };
  /** What was counted, by outcome or budget. */
  const counted = async (name: string): Promise<Record<string, unknown>> =>
    Object.fromEntries(
      (await points(name)).map(({ attributes, value }) => [attributes['users.outcome'] ?? attributes['users.budget'] ?? 'all', value]),
    );
  const no = (task: Promise<unknown>): Promise<unknown> => task.catch(() => null);

  it('count log-ins by what became of them, and what a budget refused', async () => {
    await host.sessions.login(LOGIN, FROM);
    for (let tries = 0; tries < 6; tries += 1) await no(host.sessions.login(WRONG, FROM));
    await no(host.sessions.login({ login: 7 } as never, FROM));
    expect(await counted('users.logins')).toEqual({ ok: 1, unauthenticated: 5, 'rate-limited': 1, invalid: 1 });
    expect(await counted('users.limit.refusals')).toEqual({ 'failed-checks-from-address': 1 });
  });

  it('show who tries one password on many accounts from many addresses, whom no budget stops [B-56]', async () => {
    for (let number = 0; number < 20; number += 1)
      await no(
        host.sessions.login({ login: `user${number}`, password: 'spring 2026 sale' }, { ip: `198.51.100.${number}`, userAgent: null }),
      );
    expect(await counted('users.logins')).toEqual({ unauthenticated: 20 });
    expect(await counted('users.limit.refusals')).toEqual({});
  });

  it('count checks by what was found, a database that does not answer included', async () => {
    const { token } = await host.sessions.login(LOGIN, FROM);
    await host.sessions.authenticate(token);
    await host.sessions.check(token);
    await host.sessions.check('nonsense');
    host.clock.advance('11d');
    await host.sessions.check(token);
    await host.dataSource.destroy();
    await no(host.sessions.check(token));
    await host.dataSource.initialize();
    expect(await counted('users.session.checks')).toEqual({ ok: 2, not_found: 1, expired: 1, unavailable: 1 });
  });

  it('count sessions that are opened and ended, once they really are', async () => {
    const { user } = await host.sessions.login(LOGIN, FROM);
    const { session } = await host.sessions.open(user.id);
    await host.sessions.open(user.id);
    await no(
      host.dataSource.transaction(async (manager) => {
        await host.sessions.within(manager).open(user.id);
        throw new Error('undone');
      }),
    );
    await host.sessions.end(session.id);
    await host.sessions.end(session.id);
    await host.sessions.endAll({ userId: user.id });
    await host.sessions.open(user.id);
    host.clock.advance('31d');
    await host.app.get(Janitor).sweepAll();
    expect(await counted('users.sessions.opened')).toEqual({ ok: 4 });
    expect(await counted('users.sessions.ended')).toEqual({ ended: 3, expired: 1 });
  });

  it('count resets and mails', async () => {
    const { token } = await host.resets.issue({ username: 'ann' });
    await host.resets.reset(token, 'a wholly different sentence');
    await no(host.resets.reset(token, 'another different sentence'));
    expect(await counted('users.password_resets')).toEqual({ ok: 1, refused: 1 });
    host.app
      .get(MailQueue)
      .push({ from: 'a@example.org', to: 'b@example.org', subject: 's', text: 't', html: 'h' } as never, 'confirm-email');
    while (host.app.get(MailQueue).size > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Object.keys(await counted('users.mails'))).toEqual(['sent']);
    expect(await counted('users.mail.queue.length')).toEqual({ all: 0 });
  });

  it('tell how many password hashes wait, and how long they did', async () => {
    const lane = host.app.get(HashLane);
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const all = [lane.run(() => gate), lane.run(() => gate), no(lane.run(() => gate))];
    expect(await counted('users.password_hash.queue.length')).toEqual({ all: 1 });
    release();
    await Promise.all(all);
    expect(await counted('users.password_hash.queue.length')).toEqual({ all: 0 });
    const waits = await counted('users.password_hash.wait.duration');
    expect(waits['refused']).toMatchObject({ count: 1, sum: 0 });
    expect((waits['admitted'] as Histogram).count).toBeGreaterThanOrEqual(2);
  });

  it('name nobody: the attributes are the space and words of closed lists', async () => {
    const { token, user, session } = await host.sessions.login(LOGIN, FROM);
    for (let tries = 0; tries < 6; tries += 1) await no(host.sessions.login(WRONG, FROM));
    await host.sessions.check(token);
    await host.sessions.endAll({ userId: user.id });
    await provider.forceFlush();
    const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
    const attributes = all.flatMap(({ dataPoints }) => dataPoints.map((point) => point.attributes));
    expect(attributes.length).toBeGreaterThan(5);
    expect([...new Set(attributes.flatMap((one) => Object.keys(one)))].sort()).toEqual(['users.budget', 'users.outcome', 'users.space']);
    expect([...new Set(attributes.map((one) => one['users.space']))]).toEqual(['users']);
    const said = JSON.stringify(attributes);
    for (const secret of [user.id, session.id, token, 'ann', FROM.ip, FROM.userAgent]) expect(said).not.toContain(secret);
  });

  it('stop with the app', async () => {
    const measurements = host.app.get(Measurements);
    measurements.note('mail', 'sent');
    await host.app.close();
    measurements.note('mail', 'sent');
    expect(await counted('users.mails')).toEqual({ sent: 1 });
    expect(await points('users.mail.queue.length')).toEqual([]);
  });
});
