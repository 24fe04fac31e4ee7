import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Request } from 'playwright-core';
import { problemsOf, tooWide } from './accessibility.js';
import { launch, Person } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';
import { takeImages } from './images.js';

jest.setTimeout(240_000);

const SCRIPT = '<img src=x onerror=alert(1)>';
/** Names as hostile people, and as quite ordinary people, have them. */
const NAMES = [SCRIPT, 'x'.repeat(100), 'آن لي', '👩‍👩‍👧 Ann', 'аnn'];

type Page = readonly [path: string, open?: (person: Person) => Promise<unknown>];

interface Load {
  readonly url: string;
  /** `document`, `script`, `stylesheet`, `fetch`. */
  readonly type: string;
  /** In bytes: what came, with its headers; what came as a body; and what that is when unpacked. */
  readonly wire: number;
  readonly packed: number;
  readonly plain: number;
}

async function loadOf(request: Request): Promise<Load> {
  const { responseBodySize, responseHeadersSize } = await request.sizes();
  const body = await (await request.response())?.body();
  const type = request.resourceType();
  return { url: request.url(), type, wire: responseBodySize + responseHeadersSize, packed: responseBodySize, plain: body?.length ?? 0 };
}

const isScript = ({ type }: Load): boolean => type === 'script';

const PUBLIC: readonly Page[] = [
  ['/'],
  ['/setup'],
  ['/register', (one) => one.press('Create an account')],
  ['/check-mail'],
  ['/confirm#token=wrong', (one) => one.press(/^Confirm/)],
  ['/login', (one) => one.press('Sign in')],
  ['/forgot'],
  ['/reset#token=wrong'],
  ['/invitation#token=wrong'],
  ['/nowhere'],
];

describe('Every page', () => {
  let sample: Sample;
  let browser: Browser;
  let root: Person;
  let visitor: Person;
  let other: string;

  beforeAll(async () => {
    sample = await Sample.start('express');
    browser = await launch();
    root = await Person.arrive(browser, sample.url);
    visitor = await Person.arrive(browser, sample.url);
  });
  afterEach(() => {
    expect([...root.faults, ...visitor.faults]).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  it('is without fault for visitors: before there is an account, and after', async () => {
    await visitor.open('/setup');
    const found = await problemsOf(visitor.page, '/setup, open');
    await visitor.open('/outbox');
    found.push(...(await problemsOf(visitor.page, '/outbox, empty')));
    await makeAccounts();
    for (const [path, act] of PUBLIC) {
      await visitor.open(path);
      await act?.(visitor);
      if (act !== undefined) await visitor.page.locator('.banner.bad').waitFor();
      found.push(...(await problemsOf(visitor.page, path)));
    }
    expect(found).toEqual([]);
  });

  async function makeAccounts(): Promise<void> {
    await root.open('/setup');
    await root.fill({ email: ROOT, password: PASSWORD });
    await root.press('Create the administrator');
    await root.at('/app');
    await root.api('PATCH', '/auth/me', { displayName: SCRIPT, company: SCRIPT });
    for (const [index, displayName] of NAMES.entries()) {
      const email = index === 0 ? `"${SCRIPT.replaceAll(' ', '')}"@example.com` : `${'long.'.repeat(8)}${index}@subdomain.example.com`;
      await root.api('POST', '/auth/register', { email, displayName, company: displayName.slice(0, 80), password: PASSWORD });
    }
    await root.api('POST', '/notes', { text: `${SCRIPT}\n${'y'.repeat(300)}` });
    const { user } = await root.api<{ user: { id: string } }>('POST', '/admin/users', {
      displayName: SCRIPT,
      username: 'hostile',
      password: PASSWORD,
    });
    other = user.id;
    const guest = await Person.arrive(browser, sample.url, { userAgent: SCRIPT });
    await guest.signIn('hostile');
    await guest.leave();
  }

  it('is without fault for those who are signed in, whatever the names, and no script of theirs runs', async () => {
    const { items } = await root.api<{ items: { id: string }[] }>('GET', '/auth/sessions');
    const pages: readonly Page[] = [
      ['/app'],
      ['/account'],
      ['/account', (one) => one.page.click('#menu summary')],
      ['/account/password', (one) => one.press('Change the email')],
      ['/account/devices'],
      [`/account/devices/${items[0]?.id ?? ''}`],
      ['/account/keys', (one) => one.press('New key')],
      ['/account/activity'],
      ['/account/data'],
      ['/manage'],
      ['/manage?search=zzz'],
      ['/manage/devices'],
      ['/manage/activity'],
      ['/manage/notes'],
      ['/manage/users/new', (one) => one.page.check('#how-now')],
      ['/manage/everyone', (one) => one.press('Sign everyone out')],
      [`/manage/users/${other}`],
      [`/manage/users/${other}`, (one) => one.page.click('#actions summary')],
      ['/manage/users/gone'],
      ['/outbox', (one) => one.page.locator('main details summary').first().click()],
    ];
    const found: string[] = [];
    for (const [path, act] of pages) {
      await root.open(path);
      await act?.(root);
      found.push(...(await problemsOf(root.page, path)));
    }
    for (const [button, what] of [
      [/^Act as/, 'dialog: act as'],
      ['Ban…', 'dialog: ban'],
      ['Delete…', 'dialog: delete'],
      ['Set a password…', 'dialog: password'],
    ] as const) {
      await root.open(`/manage/users/${other}`);
      await root.page.click('#actions summary');
      await root.press(button);
      found.push(...(await problemsOf(root.page, what)));
    }
    expect(found).toEqual([]);
    await root.open('/manage');
    expect(await root.page.locator('#users').innerText()).toContain(SCRIPT);
  });

  /** What each page loads into an empty cache, by address. */
  async function loadedBy(person: Person, paths: readonly string[]): Promise<Map<string, Load[]>> {
    const { page } = person;
    const debug = await person.context.newCDPSession(page);
    await debug.send('Network.enable');
    await debug.send('Network.setCacheDisabled', { cacheDisabled: true });
    const loads = new Map<string, Load[]>();
    for (const path of paths) {
      const measures: Promise<Load>[] = [];
      const measure = (request: Request): unknown => measures.push(loadOf(request));
      page.on('requestfinished', measure);
      await person.open(path);
      page.off('requestfinished', measure);
      loads.set(path, await Promise.all(measures));
    }
    await debug.detach();
    return loads;
  }

  it('keeps to the budgets: 30 kB over the wire for a first page, 15 kB of scripts and of style, 90 kB for all of the administration', async () => {
    const byPage = await loadedBy(visitor, [...PUBLIC.map(([path]) => path), '/outbox']);
    const administration = [
      '/manage',
      '/manage/devices',
      '/manage/activity',
      '/manage/everyone',
      '/manage/users/new',
      `/manage/users/${other}`,
    ];
    const members = await loadedBy(root, [
      '/app',
      '/account',
      '/account/password',
      '/account/devices',
      '/account/keys',
      '/account/activity',
      '/account/data',
      ...administration,
    ]);
    const sum = (loads: readonly Load[], key: 'wire' | 'packed' | 'plain'): number => loads.reduce((total, load) => total + load[key], 0);
    const scripts = [...byPage, ...members].map(([path, loads]) => [path, sum(loads.filter(isScript), 'packed')] as const);
    // A user's page has the dialogs of all acts.
    expect(scripts.filter(([path, bytes]) => bytes > (path.startsWith('/manage/users/') ? 20_000 : 15_000) || bytes === 0)).toEqual([]);
    expect([...byPage].filter(([, loads]) => sum(loads, 'wire') > 30_000).map(([path]) => path)).toEqual([]);
    const files = administration.flatMap((path) => members.get(path) ?? []).filter(({ type }) => /^(script|stylesheet)$/.test(type));
    expect(sum([...new Map(files.map((file) => [file.url, file])).values()], 'plain')).toBeLessThan(90_000);
    expect(files.find(({ type }) => type === 'stylesheet')?.plain).toBeLessThan(15_000);
  });

  it('can be read in forced colours, zoomed to 200 %, with text of twice the size, and spaced as WCAG asks', async () => {
    await root.page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' });
    const found: string[] = [];
    for (const path of ['/login', '/app', '/account/devices', '/manage', `/manage/users/${other}`]) {
      await root.open(path);
      for (const [width, style] of [
        [700, '* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }'],
        [1200, 'html { font-size: 200% !important; }'],
      ] as const) {
        await root.page.setViewportSize({ width, height: 800 });
        await root.page.evaluate((rules) => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(rules);
          document.adoptedStyleSheets = [sheet];
        }, style);
        for (const widest of await tooWide(root.page)) found.push(`${path} at ${width}: ${widest}`);
      }
      const current = root.page.locator('.nav [aria-current="page"]').first();
      if ((await current.count()) > 0)
        expect(await current.evaluate((element) => getComputedStyle(element).textDecorationLine)).toBe('underline');
    }
    expect(found).toEqual([]);
    await root.page.emulateMedia({ forcedColors: 'none' });
  });

  it('stands as images in the README, when they are asked for', async () => {
    const images = await takeImages(browser);
    for (const { name, bytes } of images) expect([name, bytes < 60_000]).toEqual([name, true]);
  });
});
