import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { BreachChecker, type PasswordsOptions, WeakPasswordError } from 'nestjs-users';
import { HostApp } from '../../support/host-app.js';

const LEAKED = 'a passphrase that leaked';
const PADDED = 'a passphrase in the padding';
const FRESH = 'a passphrase of nobody';
const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex').toUpperCase();

/** A server of ranges on loopback: of each range a hundred others, the leaked one, and padding with the count 0. */
let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const seen: { url: string; text: string }[] = [];

function ranges(request: IncomingMessage, response: ServerResponse): void {
  const prefix = (request.url ?? '').slice('/range/'.length);
  const others = Array.from({ length: 100 }, (_, index) => `${sha1(String(index)).slice(5)}:${index + 1}`);
  const known = [`${sha1(LEAKED)}:31`, `${sha1(PADDED)}:0`].filter((line) => line.startsWith(prefix)).map((line) => line.slice(5));
  response.end([...others, ...known].join('\r\n'));
}

let warn: jest.SpiedFunction<typeof Logger.prototype.warn>;
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ url: request.url ?? '', text: JSON.stringify(request.rawHeaders) });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  answer = ranges;
  seen.length = 0;
  warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
});

let host: HostApp;
afterEach(async () => {
  warn.mockRestore();
  await host.close();
});
const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`;
const start = async (breachCheck: PasswordsOptions['breachCheck'] = { url: url(), timeout: '1s' }): Promise<void> => {
  host = await HostApp.start({ passwords: { breachCheck } });
};
const refusal = { code: 'USERS_WEAK_PASSWORD', fields: { password: ['USERS_PASSWORD_BREACHED'] } };

describe('passwords.breachCheck', () => {
  it('refuses a password that leaked on every path that sets one, and takes what only pads the answer', async () => {
    await start();
    await expect(host.users.register({ username: 'ann', password: LEAKED })).rejects.toMatchObject(refusal);
    await expect(host.users.create({ username: 'ann', password: LEAKED })).rejects.toThrow(WeakPasswordError);
    const { id } = await host.users.create({ username: 'ann', password: PADDED });
    await expect(host.users.setPassword(id, LEAKED)).rejects.toMatchObject({ fields: { newPassword: ['USERS_PASSWORD_BREACHED'] } });
    const { token } = await host.resets.issue(id);
    await expect(host.resets.reset(token, LEAKED)).rejects.toThrow(WeakPasswordError);
    await host.resets.reset(token, FRESH);
  });

  it('tells the server five characters of the hash and nothing else, and asks for padding', async () => {
    await start();
    await host.users.create({ username: 'ann', password: FRESH });
    expect(seen.map(({ url: path }) => path)).toEqual([`/range/${sha1(FRESH).slice(0, 5)}`]);
    expect(seen[0]?.text).toMatch(/add-padding","true"/i);
    expect(JSON.stringify(seen)).not.toMatch(new RegExp(`${FRESH}|${sha1(FRESH).slice(5)}|ann`, 'i'));
  });

  it('asks about no password that another rule refuses, and about none at a log-in', async () => {
    await start();
    await expect(host.users.create({ username: 'ann', password: 'password1' })).rejects.toThrow(WeakPasswordError);
    await expect(host.users.create({ username: 'ann', password: 'short' })).rejects.toThrow(WeakPasswordError);
    expect(seen).toEqual([]);
    await host.users.create({ username: 'ann', password: FRESH });
    await host.sessions.login({ login: 'ann', password: FRESH });
    expect(seen).toHaveLength(1);
  });

  it.each<[string, typeof answer]>([
    ['does not answer', () => undefined],
    ['fails', (_request, response) => response.writeHead(503).end(sha1(LEAKED).slice(5) + ':9')],
    ['hangs up', (request) => request.socket.destroy()],
    ['sends another page there', (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end()],
    [
      'sends without end',
      (_request, response) => {
        const more = (): void => {
          if (!response.destroyed) response.write('x'.repeat(65_536), more);
        };
        more();
      },
    ],
  ])('lets a password through with one line in the log when the server %s', async (_what, how) => {
    await start();
    answer = how;
    await host.users.create({ username: 'ann', password: LEAKED });
    const lines = warn.mock.calls.map(([line]) => String(line)).filter((line) => line.includes('leak'));
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toMatch(new RegExp(`${LEAKED}|${sha1(LEAKED)}`));
  });

  it('is off unless asked for', async () => {
    await start(false);
    await host.users.create({ username: 'ann', password: LEAKED });
    expect(seen).toEqual([]);
  });

  it('gives way to a checker of the host', async () => {
    class Ours extends BreachChecker {
      override async isBreached(password: string): Promise<boolean> {
        return password === FRESH;
      }
    }
    host = await HostApp.start({ ports: { breachChecker: Ours } });
    await expect(host.users.create({ username: 'ann', password: FRESH })).rejects.toThrow(WeakPasswordError);
    await host.users.create({ username: 'ann', password: LEAKED });
  });

  it.each([1, 'yes', { url: 'ftp://x/' }, { url: 'https://x' }, { timeout: '1m' }, { timeOut: '1s' }])(
    'refuses to start with %j',
    async (given) => {
      await expect(HostApp.start({ passwords: { breachCheck: given as never } })).rejects.toThrow(/passwords\.breachCheck/);
      await start(false);
    },
  );
});
