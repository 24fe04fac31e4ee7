import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SessionsService, UsersService } from 'nestjs-users';
import type { Browser } from 'playwright-core';
import { FirstAdminLink } from '../../lib/registration/first-admin-link.js';
import { launch, Person } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';

jest.setTimeout(120_000);

const PRODUCTION = { NODE_ENV: 'production', SMTP_URL: 'smtp://127.0.0.1:9', MAIL_FROM: 'notes@example.com' };

describe('The first account, in production', () => {
  let sample: Sample;
  let browser: Browser;
  let root: Person;

  beforeAll(async () => {
    sample = await Sample.start('express', PRODUCTION);
    browser = await launch();
    root = await Person.arrive(browser, sample.url);
  });
  afterEach(() => {
    expect(root.faults).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  it('takes the link in the log: without it there is no form, and with another one no account', async () => {
    await root.open('/');
    await root.at('/setup');
    await root.sees('Open the link that the server printed when it started: it works once, for one hour.');
    expect(await root.page.locator('form').isVisible()).toBe(false);
    await root.open('/setup#token=wrong');
    await root.fill({ email: ROOT, password: PASSWORD });
    await root.press('Create the administrator');
    await root.sees('This link is too old. Restart the server to get a new one.');
    expect(await sample.get(UsersService).count()).toBe(0);
  });

  it('is made by it once, and its token is in no address', async () => {
    const link = (await sample.get(FirstAdminLink).issue()) ?? '';
    await root.open(link);
    await root.sees('This account can see and manage all others.');
    expect(new URL(root.page.url()).hash).toBe('');
    await root.fill({ email: ROOT, password: PASSWORD });
    await root.press('Create the administrator');
    await root.at('/app');
    await root.sees('Manage');
    await root.open(link);
    await root.sees('This app already has an administrator.');
    expect((await root.context.request.get(`${sample.url}/outbox`)).status()).toBe(404);
  });

  it('may be followed by one without a password, who sets it on the page', async () => {
    const { id } = await sample.get(UsersService).create({ username: 'ann' });
    const { token } = await sample.get(SessionsService).open(id);
    await root.context.clearCookies();
    await root.context.addCookies([{ name: 'session', value: token, domain: 'localhost', path: '/', httpOnly: true, sameSite: 'Lax' }]);
    await root.open('/account/password');
    await root.sees('Set a password');
    expect(await root.page.locator('#oldPassword').isVisible()).toBe(false);
    await root.fill({ newPassword: PASSWORD }, '#password-form');
    await root.press('Set the password');
    await root.sees('Your password is set. You can sign in with it from now on.');
    await root.sees(/^Last changed /);
    expect(await root.page.locator('#oldPassword').isVisible()).toBe(true);
  });
});
