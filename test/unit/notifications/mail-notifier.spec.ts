import { beforeEach, describe, expect, it } from '@jest/globals';
import { FakeClock } from 'nestjs-users/testing';
import { UNKNOWN_SOURCE } from '../../../lib/kernel/request-source.js';
import type { Mail } from '../../../lib/notifications/mail.js';
import { MailNotifier } from '../../../lib/notifications/mail-notifier.js';
import { MailQueue } from '../../../lib/notifications/mail-queue.js';
import type { Notification } from '../../../lib/notifications/notification.js';
import type { MailOptions } from '../../../lib/notifications/notifications.options.js';
import { captureLog } from './captured-log.js';
import { mailSettings } from './mail-settings.js';

const TOKEN = '0199a000-0000-7000-8000-000000000001.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ';
const CHROME = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36';
const EVIL = '<b>x</b>\r\nBcc: e@x https://evil.example {{7*7}} ${7*7} <%= 7*7 %> %s%n';

const clock = new FakeClock();
const expiresAt = new Date(clock.now().getTime() + 12 * 3_600_000 - 20);
const common = {
  to: 'ann@example.com',
  user: { id: '1', username: EVIL, displayName: EVIL },
  from: { ip: '198.51.100.4', userAgent: CHROME },
};
const NOTIFICATIONS: Notification[] = [
  { kind: 'confirm-email', ...common, token: TOKEN, expiresAt },
  { kind: 'already-registered', ...common },
  { kind: 'reset-password', ...common, token: TOKEN, expiresAt: new Date(clock.now().getTime() + 3_600_000) },
  { kind: 'password-changed', ...common, at: clock.now(), othersEnded: true },
  { kind: 'new-sign-in', ...common, at: clock.now() },
  { kind: 'sign-in-linked', ...common, at: clock.now(), provider: 'google' },
  { kind: 'confirm-new-email', ...common, token: TOKEN, expiresAt },
  { kind: 'email-changing', ...common, newEmail: 'newann@example.org' },
  { kind: 'email-changed', ...common, newEmail: 'newann@example.org', at: clock.now() },
  { kind: 'invitation', ...common, token: TOKEN, expiresAt, invitedBy: common.user },
];

let log: string[];
beforeEach(() => {
  log = captureLog();
});

async function mailOf(notification: Notification, options: MailOptions = {}): Promise<Mail> {
  const [mail] = await mailsOf(notification, options);
  if (mail === undefined) throw new Error(`No mail: ${log.join()}`);
  return mail;
}

async function mailsOf(notification: Notification, options: MailOptions = {}): Promise<Mail[]> {
  const mails: Mail[] = [];
  const settings = mailSettings({ ...options, transport: async (mail) => mails.push(mail) });
  const queue = new MailQueue(settings);
  await new MailNotifier(settings, queue, clock).notify(notification);
  await queue.onApplicationShutdown();
  return mails;
}

const lines = (...texts: string[]): string => `${texts.join('\n\n')}\n`;
const FOOTER = 'You get this because someone used this address at Notes (https://notes.example).';

describe('the words of a mail', () => {
  it.each([
    [
      'confirm-email',
      'Confirm your email for Notes',
      lines(
        'Press the link to finish. It works for 12 hours.',
        `Confirm your email:\nhttps://notes.example/confirm#token=${TOKEN}`,
        'If you did not ask for this, do nothing: no account will be usable.',
        FOOTER,
      ),
    ],
    [
      'already-registered',
      'You already have an account at Notes',
      lines(
        'Someone, perhaps you, tried to make an account with this address. You can sign in or choose a new password.',
        'Sign in:\nhttps://notes.example/login',
        'Choose a new password:\nhttps://notes.example/forgot',
        'If it was not you, do nothing.',
        FOOTER,
      ),
    ],
    [
      'reset-password',
      'Choose a new password for Notes',
      lines(
        'The link works once, for one hour.',
        `Choose a new password:\nhttps://notes.example/reset#token=${TOKEN}`,
        'If you did not ask for this, do nothing: your password stays.',
        'Asked from Chrome on macOS, 198.51.100.4.',
        FOOTER,
      ),
    ],
    [
      'sign-in-linked',
      'New way to sign in to Notes',
      lines(
        'An account at google can sign in to yours from now on: Chrome on macOS, 198.51.100.4, 3 Nov 2026, 09:12 UTC.',
        'You? Fine. Not you? Unlink it and change your password.',
        'Your account:\nhttps://notes.example/account/password',
        FOOTER,
      ),
    ],
    [
      'new-sign-in',
      'New sign-in to Notes',
      lines(
        'Chrome on macOS, 198.51.100.4, 3 Nov 2026, 09:12 UTC.',
        'You? Fine. Not you? Sign it out and change your password.',
        'Sign it out and change your password:\nhttps://notes.example/account/devices',
        FOOTER,
      ),
    ],
    [
      'password-changed',
      'Your Notes password was changed',
      lines(
        'On 3 Nov 2026, 09:12 UTC, from Chrome on macOS, 198.51.100.4. Other devices were signed out.',
        'Not you? Choose a new password at once.',
        'Choose a new password:\nhttps://notes.example/forgot',
        FOOTER,
      ),
    ],
    [
      'confirm-new-email',
      'Confirm your new email for Notes',
      lines(
        'Press the link to finish. It works for 12 hours.',
        `Confirm your new email:\nhttps://notes.example/confirm#token=${TOKEN}`,
        'Until you confirm, the old address stays.',
        FOOTER,
      ),
    ],
    [
      'invitation',
      'You are invited to Notes',
      lines(
        'Choose a password to start. The link works once, for 12 hours.',
        `Choose a password:\nhttps://notes.example/invitation#token=${TOKEN}`,
        'If you do not want this, do nothing: no account will be usable.',
        'You get this because someone invited this address to Notes (https://notes.example).',
      ),
    ],
    [
      'email-changed',
      'Your Notes email was changed',
      lines(
        'To n…@example.org, on 3 Nov 2026, 09:12 UTC, from Chrome on macOS, 198.51.100.4. Other devices were signed out.',
        'Not you? Tell whoever runs Notes at once.',
        'Your account:\nhttps://notes.example/account/password',
        FOOTER,
      ),
    ],
    [
      'email-changing',
      'Your Notes email is being changed',
      lines('To n…@example.org.', 'Not you? Sign in and cancel.', 'Sign in and cancel:\nhttps://notes.example/account/password', FOOTER),
    ],
  ])('%s', async (kind, subject, text) => {
    const mail = await mailOf(NOTIFICATIONS.find((notification) => notification.kind === kind)!);
    expect(mail).toMatchObject({ to: 'ann@example.com', from: '"Notes" <no-reply@notes.example>', subject, text });
    expect(mail).not.toHaveProperty('replyTo');
  });

  it.each(NOTIFICATIONS)('are the same in plain text and in HTML, with each link written out: $kind', async (notification) => {
    const { text, html } = await mailOf(notification);
    expect(wordsOf(html)).toEqual(text.replaceAll(':\n', ' ').split(/\s+/).filter(Boolean));
    for (const [url] of text.matchAll(/^https:.*$/gm)) expect(html.split(`href="${url}"`)).toHaveLength(3);
  });

  it.each(NOTIFICATIONS)('load nothing and run nothing when the mail is opened: $kind', async (notification) => {
    const { html } = await mailOf(notification);
    expect(html).not.toMatch(/<(img|script|link|iframe|object|form|base|svg|video)|\ssrc=|url\(|@import|@font-face|\son\w+=|javascript:/i);
    for (const [, href = ''] of html.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^https:\/\/notes\.example\//);
  });

  it('are readable in light and in dark, in inline styles that mail clients keep', async () => {
    const { html } = await mailOf(NOTIFICATIONS[0]!);
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
    const dark = html.slice(html.indexOf('@media (prefers-color-scheme:dark)'), html.indexOf('</style>'));
    for (const name of ['page', 'card', 'text', 'muted', 'link', 'button']) {
      expect(html).toMatch(new RegExp(`class="${name}"[^>]* style="[^"]*color:#`));
      expect(dark).toMatch(new RegExp(`\\.${name}( a)?\\{(background-)?color:#[0-9a-f]{6}!important`));
    }
    const colours = {
      light: ['#15181c', '#ffffff'],
      dark: ['#e9ecf0', '#181c22'],
      button: ['#ffffff', '#1d4ed8'],
      night: ['#0b1324', '#93b4ff'],
    };
    for (const [one = '', other = ''] of Object.values(colours)) expect(contrast(one, other)).toBeGreaterThanOrEqual(4.5);
    expect(html.length).toBeLessThan(8_000);
  });

  it.each(NOTIFICATIONS)('hold nothing that a person wrote, neither name nor User-Agent [B-108] [1.3.7]: $kind', async (notification) => {
    const mail = await mailOf({ ...notification, from: { ip: EVIL, userAgent: `Chrome/1 ${EVIL}` } });
    expect(JSON.stringify(mail)).not.toMatch(/evil|Bcc|7\*7|<b>|&lt;b|%s/);
  });

  it('say that the mail may be answered only when somebody reads the answers', async () => {
    const mail = await mailOf(NOTIFICATIONS[7]!, { replyTo: 'help@notes.example' });
    expect(mail.replyTo).toBe('help@notes.example');
    expect(mail.text).toContain('Not you? Sign in and cancel, or answer this mail.');
  });

  it('name no source when none is known', async () => {
    const { text } = await mailOf({ ...NOTIFICATIONS[2]!, from: UNKNOWN_SOURCE });
    expect(text).not.toContain('Asked from');
  });

  it('lead to where the host says, also into a mobile app', async () => {
    const paths = { confirm: '/app/confirm?lang=en', reset: 'https://links.notes.example/reset' };
    const baseUrl = 'https://notes.example/base/';
    expect((await mailOf(NOTIFICATIONS[0]!, { paths, baseUrl })).text).toContain(
      `\nhttps://notes.example/base/app/confirm?lang=en#token=${TOKEN}\n`,
    );
    expect((await mailOf(NOTIFICATIONS[2]!, { paths, baseUrl })).text).toContain(`\nhttps://links.notes.example/reset#token=${TOKEN}\n`);
  });
});

/** The words that a reader of the HTML sees. */
function wordsOf(html: string): string[] {
  const shown = html.slice(html.indexOf('<body')).replace(/<[^>]*>/g, ' ');
  return shown.replaceAll('&#39;', "'").split(/\s+/).filter(Boolean);
}

/** WCAG 2.2, contrast ratio. */
function contrast(one: string, other: string): number {
  const luminance = (colour: string): number => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

describe("a host's template", () => {
  it('has its words escaped, and no line of them becomes a header [B-108] [1.3.11]', async () => {
    const mail = await mailOf(NOTIFICATIONS[0]!, {
      templates: {
        'confirm-email': ({ user }, { link }) => ({
          subject: `Hello ${user?.displayName ?? ''}\u2028X`,
          lines: [
            `Hello ${user?.displayName ?? ''}`,
            { label: user?.username ?? '', url: link },
            { label: 'bad', url: 'javascript:alert(1)' },
          ],
        }),
      },
    });
    expect(mail.subject).toBe('Hello <b>x</b> Bcc: e@x https://evil.example {{7*7}} ${7*7} <%= 7*7 %> %s%n X');
    expect(mail.html).toContain('>Hello &lt;b&gt;x&lt;/b&gt; Bcc: e@x https://evil.example {{7*7}} ${7*7} &lt;%= 7*7 %&gt; %s%n</p>');
    expect(mail.html).not.toMatch(/<b>|href="javascript|href="https:\/\/evil/);
    expect(mail.text).not.toContain('\r');
  });

  it('may bring both bodies itself', async () => {
    const mail = await mailOf(NOTIFICATIONS[1]!, {
      templates: { 'already-registered': () => ({ subject: 'Hi\r\nBcc: e@x', text: 'T', html: '<i>T</i>' }) },
    });
    expect(mail).toMatchObject({ subject: 'Hi Bcc: e@x', text: 'T', html: '<i>T</i>' });
  });

  it('shows names of any script and length without harm to the page or to the address beside them', async () => {
    const names = ['\u202Emoc.live', 'محمد بن سعيد', '\u2066x\u2067', '👩‍👩‍👧', 'x'.repeat(300), '\ud800'];
    const mail = await mailOf(NOTIFICATIONS[0]!, {
      templates: {
        'confirm-email': (_, { link }) => ({
          subject: names.join(' '),
          lines: [...names, { label: names.join(' '), url: link }],
          footer: names.join(' '),
          language: 'ar"><b>',
        }),
      },
    });
    for (const part of [mail.subject, mail.text, mail.html]) {
      expect(part).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
      expect(part.isWellFormed()).toBe(true);
    }
    expect(mail.text).toContain('محمد بن سعيد\n\n');
    expect([...mail.subject].length).toBeLessThanOrEqual(200);
    expect(mail.html).toContain('<html lang="en" dir="auto">');
    // Each paragraph has its own direction and may break anywhere; an address is always read from left to right.
    for (const [tag] of mail.html.matchAll(/<p [^>]*>/g)) expect(tag).toMatch(/dir="(auto|ltr)".*overflow-wrap:anywhere/);
    expect(mail.html).toMatch(new RegExp(`<p dir="ltr"[^>]*><a href="[^"]*${TOKEN}"`));
  });

  it('says its language', async () => {
    const templates = { 'already-registered': () => ({ subject: 'S', lines: ['L'], language: 'de-CH' }) };
    expect((await mailOf(NOTIFICATIONS[1]!, { templates })).html).toContain('<html lang="de-CH"');
  });

  const throws = () => {
    throw new Error(TOKEN);
  };
  it.each<[string, () => unknown]>([
    ['throws', throws],
    ['returns nothing', () => undefined],
    ['returns no words', () => ({ subject: 'S' })],
    ['returns half a body', () => ({ subject: 'S', text: 'T' })],
    ['returns lines that are none', () => ({ subject: 'S', lines: [7] })],
    ['returns a subject that is none', () => ({ lines: [], subject: { token: TOKEN } })],
    ['is asynchronous', () => Promise.reject(new Error(TOKEN))],
    ['has a trap', () => Object.defineProperty({ lines: [] }, 'subject', { get: throws })],
  ])('that %s does not cost the person the mail: it goes out in our words, and the log holds no token', async (_, template) => {
    const templates = { 'reset-password': template } as unknown as MailOptions['templates'];
    expect(await mailsOf(NOTIFICATIONS[2]!, { templates: templates! })).toEqual(await mailsOf(NOTIFICATIONS[2]!));
    expect(log).toEqual(["error The template of mail.templates['reset-password'] failed: the mail goes out in the library's own words."]);
  });
});

describe('a recipient', () => {
  it.each([
    'ann@example.com\r\nBcc: e@x.org',
    'ann@example.com,e@x.org',
    'ann@example.com; e@x.org',
    'Ann <ann@example.com>',
    '"a b"@example.com',
    'ann@example.com\0',
    '@example.com',
    '',
    'ann',
    ['ann@example.com', 'e@x.org'],
    null,
  ])('that is not one address gets no mail, and the log line names none [1.3.11]: %j', async (to) => {
    expect(await mailsOf({ ...NOTIFICATIONS[0]!, to: to as string })).toEqual([]);
    expect(log).toEqual(['error A confirm-email mail was not sent: its recipient is no e-mail address.']);
  });
});
