import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Mail } from '../../../lib/notifications/mail.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import { captureLog } from './captured-log.js';
import { mailSettings } from './mail-settings.js';

const TOKEN = '0199a000-0000-7000-8000-000000000001.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const mail = (to = 'ann@example.com'): Mail => ({ to, from: 'a@b.example', subject: 'S', text: `https://x#token=${TOKEN}`, html: '' });

let log: string[];
beforeEach(() => {
  log = captureLog();
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('the mail queue', () => {
  it('tries five times within ten minutes, with growing pauses, then gives up', async () => {
    const start = Date.now();
    const tries: number[] = [];
    const queue = new MailQueue(
      mailSettings({
        transport: async () => {
          tries.push((Date.now() - start) / 1_000);
          throw new Error('no');
        },
      }),
    );
    queue.push(mail(), 'reset-password');
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(tries).toEqual([0, 15, 60, 180, 600]);
    expect(queue.size).toBe(0);
    expect(log.filter((line) => line.startsWith('warn'))).toHaveLength(4);
    expect(log.at(-1)).toBe('error A reset-password mail to a…@example.com failed (try 5): no. It is given up.');
  });

  it.each([Object.assign(new Error('550 no such mailbox'), { responseCode: 550 }), Object.assign(new Error('gone'), { permanent: true })])(
    'tries no more what was refused for good: %s',
    async (refusal) => {
      let tries = 0;
      const queue = new MailQueue(mailSettings({ transport: () => Promise.reject(((tries += 1), refusal)) }));
      queue.push(mail(), 'reset-password');
      await jest.advanceTimersByTimeAsync(3_600_000);
      expect(tries).toBe(1);
      expect(log).toEqual([expect.stringMatching(/^error .*\(try 1\): .* It is given up\.$/)]);
      expect(queue.counts).toEqual({ waiting: 0, sent: 0, failed: 1, dropped: 0 });
    },
  );

  it.each([451, 421, 600, '550', undefined])('tries again after the answer %j', async (responseCode) => {
    let tries = 0;
    const queue = new MailQueue(mailSettings({ transport: () => Promise.reject(((tries += 1), { responseCode, permanent: false })) }));
    queue.push(mail(), 'reset-password');
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect(tries).toBe(5);
  });

  it('stops trying as soon as the transport accepts', async () => {
    let tries = 0;
    const queue = new MailQueue(
      mailSettings({ transport: async () => void ((tries += 1) < 3 && (await Promise.reject(new Error('no')))) }),
    );
    queue.push(mail(), 'reset-password');
    await jest.advanceTimersByTimeAsync(3_600_000);
    expect([tries, queue.size]).toEqual([3, 0]);
  });

  it('never throws at the caller, whatever the transport does', async () => {
    const transports = [
      () => {
        throw new Error('at once');
      },
      () => Promise.reject(null),
      () => undefined as unknown as Promise<unknown>,
      () => {
        throw undefined;
      },
      () => new Promise<never>(() => undefined),
    ];
    for (const transport of transports) {
      const queue = new MailQueue(mailSettings({ transport: transport as () => Promise<unknown> }, { pauses: [] }));
      expect(() => queue.push(mail(), 'reset-password')).not.toThrow();
      await jest.advanceTimersByTimeAsync(61_000);
      expect(queue.size).toBe(0);
    }
    expect(log).toHaveLength(4);
  });

  it('sends a few at once and the rest after them', async () => {
    let [running, most] = [0, 0];
    const sent: string[] = [];
    const transport = async ({ to }: Mail): Promise<void> => {
      most = Math.max(most, (running += 1));
      await new Promise((resolve) => setTimeout(resolve, 30_000));
      running -= 1;
      sent.push(to);
    };
    const queue = new MailQueue(mailSettings({ transport }));
    for (let index = 0; index < 20; index += 1) queue.push(mail(`u${index}@example.com`), 'confirm-email');
    await jest.advanceTimersByTimeAsync(30_000 * 5);
    expect(most).toBe(4);
    expect(new Set(sent).size).toBe(20);
  });

  it('frees its place after a minute when a transport hangs', async () => {
    const sent: string[] = [];
    const transport = ({ to }: Mail): Promise<unknown> =>
      to.startsWith('hang') ? new Promise(() => undefined) : Promise.resolve(sent.push(to));
    const queue = new MailQueue(mailSettings({ transport }));
    for (let index = 0; index < 4; index += 1) queue.push(mail(`hang${index}@example.com`), 'confirm-email');
    queue.push(mail('ann@example.com'), 'confirm-email');
    await jest.advanceTimersByTimeAsync(59_000);
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sent).toEqual(['ann@example.com']);
  });

  it('tells the transport when a try is over', async () => {
    const signals: AbortSignal[] = [];
    const transport = (_: Mail, signal?: AbortSignal): Promise<unknown> => new Promise(() => signals.push(signal!));
    const queue = new MailQueue(mailSettings({ transport }));
    queue.push(mail(), 'confirm-email');
    await jest.advanceTimersByTimeAsync(59_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    await jest.advanceTimersByTimeAsync(30_000);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(log).toEqual([expect.stringContaining('no answer within 60000 ms. Next try in 15 s.')]);
  });

  it('counts what it sent', async () => {
    const queue = new MailQueue(mailSettings({ transport: async () => undefined }));
    for (let index = 0; index < 7; index += 1) queue.push(mail(), 'confirm-email');
    await jest.advanceTimersByTimeAsync(1);
    expect(queue.counts).toEqual({ waiting: 0, sent: 7, failed: 0, dropped: 0 });
  });

  it('holds a thousand, then drops with a loud line for the first and every hundredth', async () => {
    const queue = new MailQueue(mailSettings({ transport: () => new Promise(() => undefined) }));
    for (let index = 0; index < 1_250; index += 1) queue.push(mail(), 'confirm-email');
    expect(queue.counts).toEqual({ waiting: 1_000, sent: 0, failed: 0, dropped: 250 });
    expect(log).toEqual([
      expect.stringMatching(/^error 1000 mails wait already: .* 1 so far/),
      expect.stringContaining('101 so far'),
      expect.stringContaining('201 so far'),
    ]);
  });

  it('lets no token and no address into a log line, whatever the transport says', async () => {
    const said = [
      `550 rejected <ann@example.com>: https://x/reset#token=${TOKEN}`,
      `data: https://x/reset#token=3D${TOKEN.replace(/(.{60})/, '$1=\r\n')}`,
      encodeURIComponent(`token=${TOKEN}`),
      Buffer.from(TOKEN).toString('base64'),
      'line\r\nfaked log line\u2028another',
    ];
    for (const message of said) {
      const queue = new MailQueue(
        mailSettings({ transport: () => Promise.reject(Object.assign(new Error(message), { code: 'EENVELOPE' })) }),
      );
      queue.push(mail(), 'reset-password');
      await jest.advanceTimersByTimeAsync(700_000);
    }
    expect(log).toHaveLength(5 * said.length);
    for (const line of log) {
      expect(line).toMatch(/failed \(try \d\): EENVELOPE .+/);
      expect(line).not.toMatch(/ann@|abcdefghijkl|klmnopqrst|YWJjZGVm|[\r\n\u2028]/);
    }
  });
});

describe('at shutdown the mail queue', () => {
  it('tries at once what waited for its next try', async () => {
    let isDown = true;
    const sent: Mail[] = [];
    const queue = new MailQueue(mailSettings({ transport: async (one) => (isDown ? Promise.reject(new Error('no')) : sent.push(one)) }));
    queue.push(mail(), 'reset-password');
    await jest.advanceTimersByTimeAsync(1_000);
    isDown = false;
    await queue.onApplicationShutdown();
    expect(sent).toHaveLength(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('tries once more what fails in that moment, and no more than once', async () => {
    const tries: string[] = [];
    const transport = async ({ to }: Mail): Promise<void> => {
      tries.push(to);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      throw new Error('no');
    };
    const queue = new MailQueue(mailSettings({ transport }));
    queue.push(mail(), 'reset-password');
    const stopped = queue.onApplicationShutdown();
    await jest.advanceTimersByTimeAsync(2_000);
    await stopped;
    expect(tries).toHaveLength(2);
    expect(log).toEqual([expect.stringContaining('(try 2): no. It is given up.')]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('waits five seconds and no longer for a transport that hangs, and says how many are lost', async () => {
    const signals: AbortSignal[] = [];
    const transport = (_: Mail, signal?: AbortSignal): Promise<unknown> => new Promise(() => signals.push(signal!));
    const queue = new MailQueue(mailSettings({ transport }));
    for (let index = 0; index < 6; index += 1) queue.push(mail(), 'reset-password');
    let isOver = false;
    const stopped = queue.onApplicationShutdown().then(() => (isOver = true));
    await jest.advanceTimersByTimeAsync(4_900);
    expect(isOver).toBe(false);
    await jest.advanceTimersByTimeAsync(200);
    await stopped;
    await jest.advanceTimersByTimeAsync(100_000);
    expect(log).toEqual(['error 6 mails were not sent before the application shut down.']);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true]);
    expect(queue.counts).toEqual({ waiting: 0, sent: 0, failed: 0, dropped: 6 });
    expect(jest.getTimerCount()).toBe(0);
  });

  it('is over at once when nothing waits, and takes nothing more', async () => {
    const sent: Mail[] = [];
    const queue = new MailQueue(mailSettings({ transport: async (one) => sent.push(one) }));
    await queue.onApplicationShutdown();
    queue.push(mail(), 'reset-password');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([]);
    expect(log).toEqual(['error A reset-password mail was not sent: the application is shutting down.']);
  });
});
