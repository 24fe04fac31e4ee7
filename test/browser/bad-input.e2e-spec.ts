import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launch, Person } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';

jest.setTimeout(120_000);

interface BadForm {
  readonly page: string;
  /** Presses until the form is there. */
  readonly open?: (root: Person) => Promise<unknown>;
  readonly form?: string;
  readonly entries: Readonly<Record<string, string>>;
  readonly send: string;
  /** The words at the fields, and in the summary. Without any the banner alone speaks. */
  readonly words: readonly string[];
  readonly banner?: RegExp;
  /** The fields that must be empty afterwards; every other keeps its entry. */
  readonly emptied?: readonly string[];
}

const EMAIL = 'Enter an email address like name@example.com';
const SHORT = 'Use 8 characters or more';
const CHANGE_EMAIL = (root: Person): Promise<void> => root.press('Change the email');

const VISITORS: readonly BadForm[] = [
  { page: '/register', entries: {}, send: 'Create an account', words: [EMAIL, 'Enter a password.'] },
  {
    page: '/register',
    entries: { email: 'ann', username: 'ann', company: 'Kept', password: 'short' },
    send: 'Create an account',
    words: [EMAIL],
  },
  { page: '/register', entries: { email: 'ann@example.com', password: 'short' }, send: 'Create an account', words: [SHORT] },
  {
    page: '/register',
    entries: { email: 'ann@example.com', password: 'password123' },
    send: 'Create an account',
    words: ['Choose a password that is harder to guess: this one is on the list of the most used'],
  },
  { page: '/login', entries: {}, send: 'Sign in', words: ['Enter your email or username.', 'Enter a password.'] },
  {
    page: '/login',
    entries: { login: 'nobody', password: 'wrong password' },
    send: 'Sign in',
    words: [],
    banner: /^That name and password do not match an account\. Check both, or choose a new password\.$/,
    emptied: ['password'],
  },
  { page: '/forgot', entries: {}, send: 'Send the link', words: ['Enter your email or username.'] },
  { page: '/check-mail', entries: { email: 'ann' }, send: 'Send the message', words: [EMAIL] },
  { page: '/reset#token=wrong', entries: {}, send: 'Save the new password', words: ['Enter a new password.'] },
  { page: '/invitation#token=wrong', entries: {}, send: 'Start', words: ['Enter a password.'] },
];

const MEMBERS: readonly BadForm[] = [
  { page: '/app', entries: {}, send: 'Add the note', words: ['Write something first.'] },
  {
    page: '/account',
    entries: { displayName: 'x'.repeat(300), company: 'Kept' },
    send: 'Save',
    words: ['This is too long.'],
  },
  {
    page: '/account/password',
    form: '#password-form',
    entries: { oldPassword: 'not it at all', newPassword: 'eight blue windows' },
    send: 'Change password',
    words: ['That is not your current password.'],
    emptied: ['oldPassword'],
  },
  {
    page: '/account/password',
    open: CHANGE_EMAIL,
    form: 'dialog',
    entries: { email: 'new', password: PASSWORD },
    send: 'Send the link',
    words: [EMAIL],
    emptied: ['password'],
  },
  {
    page: '/account/password',
    open: CHANGE_EMAIL,
    form: 'dialog',
    entries: { email: 'new@example.com', password: 'not it at all' },
    send: 'Send the link',
    words: ['That is not your current password.'],
    emptied: ['password'],
  },
  {
    page: '/account',
    open: (root) => root.press('Change the username'),
    form: 'dialog',
    entries: { username: '' },
    send: 'Change the username',
    words: ['Use letters, digits, dots, dashes'],
  },
  {
    page: '/manage/users/new',
    entries: { email: '', username: '', displayName: 'Kept' },
    send: 'Add the user',
    words: ['A message needs an email address. Or set a password now.'],
  },
  {
    page: '/manage/users/new',
    entries: { email: ROOT, displayName: 'Kept' },
    send: 'Add the user',
    words: ['Another account has this address'],
  },
];

describe('Bad input in every form', () => {
  let sample: Sample;
  let browser: Browser;
  let root: Person;
  let visitor: Person;

  beforeAll(async () => {
    sample = await Sample.start('express');
    browser = await launch();
    root = await Person.arrive(browser, sample.url);
    visitor = await Person.arrive(browser, sample.url);
    await root.open('/setup');
    await root.press('Create the administrator');
    await root.sees('There is a problem');
    await root.fill({ email: ROOT, password: PASSWORD });
    await root.press('Create the administrator');
    await root.at('/app');
  });
  afterEach(() => {
    expect([...root.faults, ...visitor.faults]).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  async function refused(person: Person, bad: BadForm): Promise<void> {
    const { page } = person;
    const form = bad.form === 'dialog' ? 'dialog form' : (bad.form ?? 'main form');
    await person.open(bad.page);
    await bad.open?.(person);
    await page.locator(form).first().waitFor();
    await person.fill(bad.entries, form);
    await page.locator(`${form} [type="submit"]`, { hasText: bad.send }).click();
    const banner = page.locator('.banner.bad');
    await banner.waitFor();
    const seen = {
      focused: await banner.evaluate((element) => element === document.activeElement),
      title: (await page.title()).startsWith('Problem: '),
      summary: await banner.locator('a').allTextContents(),
      atFields: (await page.locator('.error:visible').allTextContents()).filter((words) => words !== ''),
      invalid: await page.locator('[aria-invalid="true"]').count(),
    };
    const { words } = bad;
    expect(seen).toEqual({ focused: true, title: true, summary: words, atFields: words, invalid: words.length });
    if (bad.banner) expect(await banner.textContent()).toMatch(bad.banner);
    for (const [name, value] of Object.entries(bad.entries))
      expect([name, await page.inputValue(`${form} [name="${name}"]`)]).toEqual([name, bad.emptied?.includes(name) ? '' : value]);
    if (words.length === 0) return;
    await banner.locator('a').first().click();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))).toBe('true');
  }

  it.each(VISITORS.map((bad) => [`${bad.page} ${JSON.stringify(bad.entries)}`, bad] as const))('visitor: %s', async (_title, bad) => {
    await refused(visitor, bad);
  });

  it.each(MEMBERS.map((bad) => [`${bad.page} ${JSON.stringify(bad.entries).slice(0, 80)}`, bad] as const))(
    'signed in: %s',
    async (_title, bad) => {
      await refused(root, bad);
    },
  );

  it('says the same to the known and to the unknown, letter for letter', async () => {
    const said: string[] = [];
    for (const login of [ROOT, 'nobody@example.com']) {
      await visitor.open('/forgot');
      await visitor.fill({ login });
      await visitor.press('Send the link');
      await visitor.sees(/a message is on its way/);
      said.push(await visitor.page.locator('main').innerText());
    }
    expect(said[0]).toBe(said[1]);
  });
});
