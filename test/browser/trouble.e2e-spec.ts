import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launch, Person, USER_AGENTS } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';

jest.setTimeout(120_000);

describe('Limits, outages and sign-outs as a person sees them', () => {
  let sample: Sample;
  let browser: Browser;
  let root: Person;

  beforeAll(async () => {
    sample = await Sample.start('express');
    browser = await launch();
    const first = await Person.arrive(browser, sample.url);
    await first.open('/setup');
    await first.fill({ email: ROOT, password: PASSWORD });
    await first.press('Create the administrator');
    await first.at('/app');
    const bob = await first.api<{ user: { id: string } }>('POST', '/admin/users', { email: 'bob@example.com', password: PASSWORD });
    expect(bob.user.id).toEqual(expect.any(String));
    await first.leave();
  });
  beforeEach(async () => {
    root = await Person.arrive(browser, sample.url);
  });
  afterEach(async () => {
    expect(root.faults).toEqual([]);
    await root.leave();
  });
  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  it('asks for the password in mid-form after a sign-out elsewhere, then sends the form', async () => {
    await root.signIn(ROOT);
    await root.open('/account');
    await root.fill({ displayName: 'Root', company: 'Typed before the sign-out' });
    await root.api('POST', '/auth/logout');
    await root.press('Save');
    await root.sees('You were signed out');
    await root.fill({ password: 'not it' }, 'dialog');
    await root.press('Sign in');
    await root.sees(/do not match an account/);
    await root.fill({ password: PASSWORD }, 'dialog');
    await root.press('Sign in');
    await root.sees('Saved.');
    const { user } = await root.api<{ user: { company: string } }>('GET', '/auth/me');
    expect(user.company).toBe('Typed before the sign-out');
  });

  it('shows the password page without a fault to who acts in another name, with what is closed to him, and why', async () => {
    await root.signIn(ROOT);
    const { items } = await root.api<{ items: { id: string; email: string }[] }>('GET', '/admin/users');
    const bob = items.find(({ email }) => email === 'bob@example.com');
    await root.api('POST', `/admin/users/${bob?.id}/impersonate`, { reason: 'ticket 4711' });
    await root.open('/account/password');
    await root.page.locator('#save-closed', { hasText: 'Not while acting as someone else.' }).waitFor();
    expect(await root.page.locator('#save').getAttribute('aria-disabled')).toBe('true');
    const answered: string[] = [];
    root.page.on('request', (request) => answered.push(request.url()));
    await root.fill({ oldPassword: PASSWORD, newPassword: 'another seven doors' }, '#password-form');
    await root.page.press('#newPassword', 'Enter');
    await root.page.click('#save', { force: true });
    expect(answered).toEqual([]);
    expect(await root.page.locator('.banner.bad').count()).toBe(0);
    await root.api('POST', '/auth/impersonation/stop');
  });

  it('never sends a form under the name of whoever signed in meanwhile in another tab', async () => {
    await root.signIn(ROOT);
    await root.open('/account');
    await root.fill({ displayName: 'Root', company: 'Root’s own words' });
    const tab = await root.context.newPage();
    await tab.goto(`${sample.url}/app`);
    await tab.locator('#menu summary').click();
    await tab.getByRole('button', { name: 'Sign out' }).click();
    await tab.waitForURL('**/login');
    await tab.fill('#login', 'bob@example.com');
    await tab.fill('#password', PASSWORD);
    await tab.getByRole('button', { name: 'Sign in' }).click();
    await tab.waitForURL('**/app');
    await root.press('Save');
    // Once the page is filled: what it says by itself must not take the place of what happened.
    await root.sees('Your email is not confirmed yet.');
    await root.sees('You are signed in as bob@example.com now. Nothing was sent.');
    const { user } = await root.api<{ user: { email: string; company: string } }>('GET', '/auth/me');
    expect(user).toMatchObject({ email: 'bob@example.com', company: '' });
  });

  it('shows nothing of a page behind the sign-in after signing out and going back', async () => {
    await root.signIn(ROOT);
    await root.api('POST', '/notes', { text: 'For my eyes only' });
    await root.open('/app');
    await root.page.locator('#notes', { hasText: 'For my eyes only' }).waitFor();
    await root.page.locator('#menu summary').click();
    await root.press('Sign out');
    await root.at('/login');
    await root.sees('You are signed out.');
    await root.page.goBack({ waitUntil: 'commit' });
    await root.at('/login');
    expect(await root.page.content()).not.toContain('For my eyes only');
  });

  it('counts down after too many tries, and lets one try again', async () => {
    await root.open('/login');
    for (let tries = 0; tries < 8; tries++) {
      await root.fill({ login: 'nobody@example.com', password: `wrong ${tries}` });
      const answered = root.page.waitForResponse('**/auth/login');
      await root.press(/^Sign in/);
      if ((await answered).status() === 429) break;
      await root.sees(/do not match an account/);
    }
    await root.sees(/^Too many tries\. Wait \d+ seconds, then try again\.$/);
    const button = root.page.locator('main form [type="submit"]');
    const first = Number(/\((\d+)\)/.exec((await button.textContent()) ?? '')?.[1]);
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    expect(await root.page.inputValue('#login')).toBe('nobody@example.com');
    await root.page.waitForFunction(
      (before) => Number(/\((\d+)\)/.exec(document.querySelector('main form [type="submit"]')?.textContent ?? '')?.[1]) < before,
      first,
    );
  });

  it('says so while the database is away, and goes on by itself when it is back: nobody has to sign in again', async () => {
    await root.signIn(ROOT);
    await root.open('/account');
    const lock = new Sqlite(String(sample.database.options.database));
    try {
      // What a database does that is there and does not answer.
      lock.pragma('journal_mode = DELETE');
      lock.exec('BEGIN EXCLUSIVE');
      await root.fill({ displayName: 'Kept', company: 'Kept' });
      await root.press('Save');
      await root.sees(/The server is busy or its database does not answer/);
      expect(await root.page.inputValue('[name="company"]')).toBe('Kept');
      await root.page.goto(`${sample.url}/app`);
      await root.sees(/You are still signed in\. Trying again in 5 seconds\./);
    } finally {
      lock.close();
    }
    await root.page.locator('#notes', { hasText: 'For my eyes only' }).waitFor();
    await root.open('/account');
    await root.fill({ displayName: 'Kept', company: 'Kept' });
    await root.press('Save');
    await root.sees('Saved.');
  });

  it('tells that a device is already gone, and takes its row out', async () => {
    await root.signIn(ROOT);
    const phone = await Person.arrive(browser, sample.url, { userAgent: USER_AGENTS.safari });
    await phone.signIn(ROOT);
    await root.open('/account/devices');
    await phone.api('POST', '/auth/logout');
    await root.press(/^Sign out Safari on iPhone/);
    await root.sees('Safari on iPhone: already gone.');
    expect(await root.page.locator('#devices', { hasText: 'iPhone' }).count()).toBe(0);
    await phone.leave();
  });
});
