import { beforeEach, describe, expect, it } from '@jest/globals';
import { type InvalidOptionsError, Issues } from '../../../lib/kernel/issues.js';
import { lengthInWords } from '../../../lib/notifications/mail-facts.js';
import { maskEmail } from '../../../lib/notifications/mask-email.js';
import { type MailOptions, type MailSurroundings, resolveMailOptions } from '../../../lib/notifications/notifications.options.js';
import { captureLog } from './captured-log.js';

const DEVELOPMENT: MailSurroundings = { production: false, ownNotifier: false };
const PRODUCTION: MailSurroundings = { production: true, ownNotifier: false };
const transport = async (): Promise<void> => undefined;

function resolve(input: unknown, surroundings = DEVELOPMENT) {
  const issues = new Issues();
  const settings = resolveMailOptions(input as MailOptions | undefined, issues, surroundings);
  issues.throwIfAny();
  return settings;
}

function faultsOf(input: unknown, surroundings = DEVELOPMENT): readonly string[] {
  try {
    resolve(input, surroundings);
    return [];
  } catch (error) {
    return (error as InvalidOptionsError).issues;
  }
}

let log: string[];
beforeEach(() => {
  log = captureLog();
});

describe('without mail', () => {
  it('the log takes it in development: one loud sentence, then each mail with its link', async () => {
    const settings = resolve(undefined);
    const mail = { to: 'ann@example.com', from: settings.from, subject: 'Reset %s', text: 'http://localhost:3000/reset#token=x', html: '' };
    await settings.transport(mail);
    await settings.transport(mail);
    expect(log).toHaveLength(3);
    expect(log[0]).toMatch(/^warn NO MAIL IS CONFIGURED.*nodemailerTransport/);
    expect(log[1]).toBe('log Mail to ann@example.com: Reset %s\n\nhttp://localhost:3000/reset#token=x');
    expect(settings.urls.reset).toBe('http://localhost:3000/reset');
    expect(settings.origin).toBeNull();
  });

  it('production does not start, and hears all that is missing', () => {
    expect(faultsOf(undefined, PRODUCTION).map((fault) => fault.split(':')[0])).toEqual(['mail.transport', 'mail.from', 'mail.baseUrl']);
    expect(faultsOf({ transport, from: 'a@b.example' }, PRODUCTION)).toEqual([expect.stringContaining('mail.baseUrl')]);
    expect(faultsOf({ transport, from: 'a@b.example', baseUrl: 'https://b.example' }, PRODUCTION)).toEqual([]);
  });

  it('production starts when the host takes over, or says that it wants none', async () => {
    expect(faultsOf(undefined, { production: true, ownNotifier: true })).toEqual([]);
    const settings = resolve({ allowNoMail: true }, PRODUCTION);
    await settings.transport({ to: 'ann@example.com', from: '', subject: '', text: 'secret', html: '' });
    expect(log).toEqual([expect.stringContaining('warn mail.allowNoMail is set')]);
    expect(faultsOf({ allowNoMail: 'yes' }, PRODUCTION)).not.toEqual([]);
  });

  it('production is what NODE_ENV says when nobody else does', () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      const issues = new Issues();
      resolveMailOptions(undefined, issues);
      expect(() => issues.throwIfAny()).toThrow('mail.transport');
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});

describe('resolveMailOptions', () => {
  it.each([
    ['https://notes.example', 'https://notes.example', 'https://notes.example'],
    ['https://notes.example/', 'https://notes.example', 'https://notes.example'],
    ['https://Notes.Example:443/app//', 'https://notes.example/app', 'https://notes.example'],
    ['http://localhost:4200', 'http://localhost:4200', 'http://localhost:4200'],
  ])('takes %s for a base', (given, baseUrl, origin) => expect(resolve({ baseUrl: given })).toMatchObject({ baseUrl, origin }));

  it.each([
    'notes.example',
    '//notes.example',
    'ftp://notes.example',
    'javascript:alert(1)',
    'https://app@evil.example',
    'https://a:b@notes.example',
    'https://notes.example/#x',
    'https://notes.example/?x',
    'https:notes.example',
    'https:\\\\notes.example',
    'https://notes.example\r\nX: y',
    'https://',
    '',
    7,
    null,
    new URL('https://notes.example'),
  ])('refuses %j as a base [B-08]', (baseUrl) =>
    expect(faultsOf({ baseUrl })).toEqual([expect.stringMatching(/^mail\.baseUrl: give an http/)]),
  );

  it.each([
    'confirm',
    '//evil.example',
    '/\\evil.example',
    'http://evil.example/x',
    'https://app@evil.example',
    'javascript:alert(1)',
    '/x#y',
    '/x y',
    '/x\n',
    '',
    7,
    null,
  ])('refuses %j as a page [B-08]', (reset) =>
    expect(faultsOf({ paths: { reset } })).toEqual([expect.stringMatching(/^mail\.paths\.reset: give a path/)]),
  );

  it('lets a new address be confirmed where any address is, unless told otherwise', () => {
    expect(resolve({ paths: { confirm: '/c' } }).urls.confirmNewEmail).toBe('http://localhost:3000/c');
    expect(resolve({ paths: { confirm: '/c', confirmNewEmail: '/n' } }).urls.confirmNewEmail).toBe('http://localhost:3000/n');
  });

  it.each([
    ['no-reply@notes.example', '"notes.example" <no-reply@notes.example>'],
    ['Notes <no-reply@notes.example>', '"Notes" <no-reply@notes.example>'],
    ['"Ann, Bob" <no-reply@notes.example>', null],
    ['a@b.example, c@d.example', null],
    ['a@b.example\r\nBcc: c@d.example', null],
    ['Notes\r\nBcc: c@d <a@b.example>', null],
    ['Notes', null],
    ['', null],
    [7, null],
  ])('makes of the sender %j: %j', (from, sender) => {
    if (sender === null) expect(faultsOf({ from })).toEqual([expect.stringMatching(/^mail\.from: /)]);
    else expect(resolve({ from, baseUrl: 'https://notes.example' }).from).toBe(sender);
  });

  it('notes every other fault, all at once', () => {
    const faults = faultsOf({
      appName: 'No"tes',
      replyTo: 'a@b, c@d',
      transport: 'smtp://x',
      templates: { 'reset-pasword': () => null, 'confirm-email': 'words' },
      paths: { resset: '/r' },
      allowNoMail: true,
    });
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(':'))).sort()).toEqual([
      'mail.allowNoMail',
      'mail.appName',
      'mail.paths.resset',
      'mail.replyTo',
      'mail.templates.confirm-email',
      'mail.templates.reset-pasword',
      'mail.transport',
    ]);
  });
});

it.each([
  [3_600_000, 'one hour'],
  [12 * 3_600_000 - 999, '12 hours'],
  [24 * 3_600_000, '24 hours'],
  [7 * 86_400_000, '7 days'],
  [1_800_000, '30 minutes'],
  [90 * 60_000, '90 minutes'],
  [60_000, 'one minute'],
  [0, 'one minute'],
  [-5, 'one minute'],
])('a length of %d ms reads "%s"', (length, words) => expect(lengthInWords(length)).toBe(words));

it.each([
  ['newann@example.com', 'n…@example.com'],
  ['n…@example.com', 'n…@example.com'],
  ['😀x@example.com', '😀…@example.com'],
  ['@example.com', '…'],
  ['nothing', '…'],
])('%s is masked as %s', (email, masked) => expect(maskEmail(email)).toBe(masked));
