import { afterEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { InvalidSessionError, SessionEnded, SessionsEnded, UnavailableError } from 'nestjs-users';
import { type DatabaseOptions, SERVERS, testEngine } from '../../support/database.js';
import { HostApp, PASSWORD } from '../../support/host-app.js';
import { RACERS, race } from '../../support/race.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { captureLog } from '../../unit/notifications/captured-log.js';

const CHECK_TIMEOUT = 600;

/** A database that can be taken away and given back. */
interface Fault {
  readonly connection: (options: DatabaseOptions) => DatabaseOptions;
  begin(): void;
  end(): void;
  close(): Promise<void>;
}

/** Between us and the server stands a proxy that resets everything, or swallows everything. */
async function network(kind: 'cut' | 'hang'): Promise<Fault> {
  const server = SERVERS[testEngine() as keyof typeof SERVERS];
  const proxy = await TcpProxy.before({ host: server.hostname, port: Number(server.port === '' ? 3306 : server.port) });
  return {
    connection: (options) =>
      ('url' in options && options.url !== undefined
        ? { ...options, url: through(options.url, proxy) }
        : { ...options, host: '127.0.0.1', port: proxy.port }) as DatabaseOptions,
    begin: () => proxy[kind](),
    end: () => {
      proxy.heal();
      // What was swallowed is lost: such a connection never answers again, as after a failed-over server.
      proxy.reset();
    },
    close: () => proxy.close(),
  };
}

function through(url: string, { port }: TcpProxy): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

/** Another process has the file to itself. */
async function lockedFile(): Promise<Fault> {
  let path = '';
  let other: Sqlite.Database | undefined;
  return {
    connection: (options) => {
      path = String(options.database);
      return options;
    },
    begin: () => {
      other = new Sqlite(path);
      other.exec('BEGIN EXCLUSIVE');
    },
    end: () => {
      other?.exec('ROLLBACK');
      other?.close();
    },
    close: async () => undefined,
  };
}

const FAULTS: Record<string, () => Promise<Fault>> =
  testEngine() === 'sqlite' ? { 'locked by another process': lockedFile } : { stopped: () => network('cut'), hung: () => network('hang') };

let host: HostApp;
let fault: Fault;
afterEach(async () => {
  await host.close();
  await fault.close();
});

describe.each(Object.entries(FAULTS))('while the database is %s', (_, make) => {
  it('a token is neither good nor bad: 503 in time, nobody is signed out, and all is well afterwards [B-134] [B-138]', async () => {
    fault = await make();
    host = await HostApp.start({ connection: fault.connection, http: { checkTimeout: `${CHECK_TIMEOUT / 1_000}s` } });
    await host.user('ann');
    const { token } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    const ended: unknown[] = [];
    host.events.on(SessionEnded, (event) => ended.push(event));
    host.events.on(SessionsEnded, (event) => ended.push(event));

    fault.begin();
    for (let tries = 0; tries < 2; tries += 1) {
      const error: unknown = await host.sessions.authenticate(token).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnavailableError);
      expect(error).not.toBeInstanceOf(InvalidSessionError);
      expect((error as UnavailableError).retryAfterSeconds).toBeGreaterThan(0);
    }
    await expect(host.sessions.login({ login: 'ann', password: PASSWORD })).rejects.toThrow(UnavailableError);
    await expect(host.sessions.check(token)).rejects.toThrow(UnavailableError);
    fault.end();

    await eventually(() => host.sessions.authenticate(token));
    await eventually(() => host.sessions.login({ login: 'ann', password: PASSWORD }));
    expect(ended).toEqual([]);
  });

  it('the log has one line when it goes and one when it is back, however many ask [B-134]', async () => {
    fault = await make();
    host = await HostApp.start({ connection: fault.connection, http: { checkTimeout: `${CHECK_TIMEOUT / 1_000}s` } });
    await host.user('ann');
    const { token } = await host.sessions.login({ login: 'ann', password: PASSWORD });
    const lines = captureLog();
    const ofDatabase = (): string[] => lines.filter((line) => line.includes('The database '));

    fault.begin();
    for (let round = 0; round < 2; round += 1) {
      await race(RACERS, (index): Promise<unknown> =>
        index % 2 === 0 ? host.sessions.check(token) : host.users.find({ username: 'ann' }),
      );
      await host.sessions.login({ login: 'ann', password: PASSWORD }).catch(() => undefined);
    }
    expect(ofDatabase()).toEqual([expect.stringMatching(/^error The database does not answer: .+ nobody is signed out\.$/)]);
    fault.end();

    await eventually(() => host.sessions.authenticate(token));
    while (ofDatabase().length < 2) await eventually(() => host.sessions.authenticate(token).then(pause));
    await race(RACERS, () => host.sessions.check(token));
    expect(ofDatabase().slice(1)).toEqual([expect.stringMatching(/^log The database answers again, after \d+ s; \d+ questions were not/)]);
  });
});

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 100));

/** The pool may hold a dead connection or two, and the other process's lock is waited for. */
async function eventually(task: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await task();
      return;
    } catch (error) {
      if (tries === 20 || !(error instanceof UnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
