import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PasswordHasher } from 'nestjs-users';
import passport from 'passport';
import { FRAMEWORKS, HostApp, PASSWORD } from '../support/host-app.js';
import { NO_LIMITS } from '../support/limits.js';
import { sendRaw } from '../support/raw-http.js';
import { Visitor } from '../support/visitor.js';

/** A hasher that lets one stand still in the middle of a request. */
class Gate extends PasswordHasher {
  private open: () => void = () => undefined;
  private waiting: Promise<void> = Promise.resolve();
  arrived = 0;

  close(): void {
    this.arrived = 0;
    this.waiting = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  release(): void {
    this.open();
  }

  async until(count: number): Promise<void> {
    while (this.arrived < count) await pause(5);
  }

  override async hash(password: string): Promise<string> {
    await this.pass();
    return `$gate$${password.length}`;
  }

  override async verify(hash: string, password: string): Promise<boolean> {
    await this.pass();
    return hash === `$gate$${password.length}`;
  }

  override reads(hash: string): boolean {
    return hash.startsWith('$gate$');
  }

  override isOutdated(): boolean {
    return false;
  }

  private async pass(): Promise<void> {
    this.arrived += 1;
    await this.waiting;
  }
}

const loginText = (more = ''): string => {
  const body = JSON.stringify({ login: 'ann', password: PASSWORD });
  return `POST /auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;
};

function socketTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname, () => resolve(socket));
    socket.on('error', () => undefined);
  });
}

for (const framework of FRAMEWORKS) {
  describe(`A bad line on ${framework}`, () => {
    const gate = new Gate();
    let host: HostApp;
    beforeAll(async () => {
      host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS, ports: { hasher: gate } });
      await host.user('ann');
    });
    afterAll(() => host.close());

    it('clients that hang up in the middle of a body leave nothing behind [B-149]', async () => {
      for (let round = 0; round < 30; round += 1) {
        const socket = await socketTo(host.url);
        socket.write(loginText().slice(0, 80 + round));
        await pause(1);
        socket.resetAndDestroy();
      }
      expect((await host.client().post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(200);
    });

    it('clients that hang up in the middle of a log-in leave no transaction open [B-149]', async () => {
      gate.close();
      const sockets = await Promise.all(Array.from({ length: 3 }, () => socketTo(host.url)));
      for (const socket of sockets) socket.write(loginText());
      await gate.until(1);
      for (const socket of sockets) socket.resetAndDestroy();
      gate.release();
      // More than any pool has connections.
      for (let round = 0; round < 12; round += 1)
        expect((await host.client().post('/auth/login', { login: 'ann', password: PASSWORD })).status).toBe(200);
    });

    it('the next request on a kept line is not the last one’s user [B-149]', async () => {
      const { token } = await host.sessions.open({ username: 'ann' });
      const socket = await socketTo(host.url);
      let said = '';
      socket.on('data', (chunk: Buffer) => (said += chunk.toString()));
      const ask = (header: string): string => `GET /auth/session HTTP/1.1\r\nHost: a\r\n${header}\r\n`;
      socket.write(
        ask(`Authorization: Bearer ${token}\r\n`) +
          ask('') +
          ask('Authorization: Bearer nonsense\r\n') +
          ask(`Authorization: Bearer ${token}\r\nConnection: close\r\n`),
      );
      await new Promise((resolve) => socket.on('close', resolve));
      const users = [...said.matchAll(/\{"user":(null|\{)/g)].map(([, user]) => user);
      expect(users).toEqual(['{', 'null', 'null', '{']);
    });

    it('length and chunks at once are refused by the parser (RFC 9112, section 6.1)', async () => {
      const headers = ['Content-Type: application/json', 'Content-Length: 5', 'Transfer-Encoding: chunked'];
      expect(
        (await sendRaw(host.url, { method: 'POST', path: '/auth/logout', headers, ending: '0\r\n\r\nGET /auth/me HTTP/1.1\r\n\r\n' }))
          .status,
      ).toBe(400);
    });
  });

  describe(`A shutdown on ${framework}`, () => {
    it('lets what is under way finish, whole, and closes [B-152]', async () => {
      const gate = new Gate();
      const host = await HostApp.start({
        listen: framework,
        routes: true,
        limits: NO_LIMITS,
        ports: { hasher: gate },
        passwords: { concurrency: 3 },
      });
      await host.user('ann');
      gate.close();
      const answers = Array.from({ length: 3 }, () =>
        sendRaw(host.url, {
          method: 'POST',
          path: '/auth/login',
          headers: ['Content-Type: application/json'],
          body: JSON.stringify({ login: 'ann', password: PASSWORD }),
        }),
      );
      await gate.until(3);
      const closing = host.close();
      await pause(50);
      gate.release();
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      await closing;
      expect(statuses).toEqual([200, 200, 200]);
      expect(host.dataSource.isInitialized).toBe(false);
    });

    it('leaves nothing open: no server, no line, no timer, no strategy', async () => {
      // The first app of a process loads what stays loaded.
      const before = await openAfter(async () => (await HostApp.start({ listen: framework, routes: true })).close());
      const after = await openAfter(async () => {
        const host = await HostApp.start({ listen: framework, routes: true, limits: NO_LIMITS });
        await host.user('ann');
        const { token } = await host.sessions.open({ username: 'ann' });
        await sendRaw(host.url, { path: '/auth/me', headers: [`Authorization: Bearer ${token}`] });
        await sendRaw(host.url, {
          method: 'POST',
          path: '/auth/password/reset/request',
          headers: ['Content-Type: application/json'],
          body: '{"login":"ann"}',
        });
        await host.close();
      });
      expect(after).toEqual(before);
      expect(Object.keys((passport as unknown as { _strategies: object })._strategies).filter((name) => name.startsWith('users-'))).toEqual(
        [],
      );
    });

    it('another app in the same process starts and serves', async () => {
      for (let round = 0; round < 2; round += 1) {
        const host = await HostApp.start({ listen: framework, routes: true });
        await host.user('ann');
        expect(await (await Visitor.signedIn(host, 'ann')).isSignedIn()).toBe(true);
        await host.close();
      }
    });
  });
}

/** What keeps the process alive once `task` is done and the kernel has seen the sockets off. */
async function openAfter(task: () => Promise<void>): Promise<string[]> {
  await task();
  await pause(100);
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind.includes('TCP') || kind.includes('Pipe') || kind === 'FSReqPromise')
    .sort();
}
