import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { FRAMEWORKS } from '../support/host-app.js';
import { launch, Person, USER_AGENTS } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';

jest.setTimeout(120_000);

const ANN = 'ann@example.com';

for (const framework of FRAMEWORKS) {
  describe(`The whole story in Chromium (${framework})`, () => {
    let sample: Sample;
    let browser: Browser;
    let root: Person;
    let ann: Person;
    let phone: Person;

    beforeAll(async () => {
      sample = await Sample.start(framework);
      browser = await launch();
      root = await Person.arrive(browser, sample.url);
      ann = await Person.arrive(browser, sample.url, { userAgent: USER_AGENTS.firefox });
      phone = await Person.arrive(browser, sample.url, { userAgent: USER_AGENTS.safari, viewport: { width: 375, height: 800 } });
    });
    afterEach(() => {
      expect([root, ann, phone].flatMap(({ faults }) => faults)).toEqual([]);
    });
    afterAll(async () => {
      await browser.close();
      await sample.stop();
    });

    it('leads whoever comes first to the account of the administrator, and nobody after that', async () => {
      await root.open('/');
      await root.at('/setup');
      await root.fill({ email: ROOT, password: PASSWORD });
      await root.press('Create the administrator');
      await root.at('/app');
      await root.sees('Manage');
      await ann.open('/setup');
      await ann.sees('This app already has an administrator.');
      await ann.open('/');
      expect(new URL(ann.page.url()).pathname).toBe('/');
    });

    it('registers, confirms through the outbox, and signs in', async () => {
      await ann.press('Create an account', 'link');
      await ann.at('/register');
      await ann.fill({ email: ANN, username: 'ann', company: 'Lee & Sons', password: PASSWORD });
      await ann.press('Create an account');
      await ann.at('/check-mail');
      await ann.sees(/If ann@example\.com can have an account here, a message is on its way/);
      const link = await ann.mailed(ANN, 'confirm');
      await ann.open(link);
      // Opening the link changes nothing, and its token is in no address and no history.
      expect([new URL(ann.page.url()).hash, await ann.page.evaluate(() => history.length)]).toEqual(['', expect.any(Number)]);
      await ann.press(`Confirm ${ANN}`);
      await ann.sees('Your email is confirmed.');
      await ann.press('Sign in', 'link');
      await ann.at('/login');
      await ann.fill({ login: ANN, password: PASSWORD });
      await ann.press('Sign in');
      await ann.at('/app');
      await ann.sees('No notes yet.');
      await ann.open(link);
      await ann.press(`Confirm ${ANN}`);
      await ann.sees('Your email is confirmed.');
    });

    it('writes a note, and ends another browser, which learns of it at its next act', async () => {
      await ann.open('/app');
      await ann.fill({ text: 'Buy bread' });
      await ann.press('Add the note');
      await ann.page.locator('#notes', { hasText: 'Buy bread' }).waitFor();
      await phone.signIn('ann');
      await ann.open('/account/devices');
      await ann.sees('2 devices');
      await ann.press('Safari on iPhone', 'link');
      await ann.sees(/iPhone OS 18_0/);
      await ann.press('Where you are signed in', 'link');
      await ann.press(/^Sign out Safari on iPhone/);
      await ann.sees('Safari on iPhone was signed out.');
      await ann.sees('This is the only place where you are signed in.');
      await phone.open('/app');
      await phone.at('/login');
      await phone.sees('You were signed out. If that was not you, choose a new password.');
    });

    it('chooses a new password by mail, which signs out everywhere', async () => {
      await phone.press('Forgot your password?', 'link');
      await phone.fill({ login: ANN });
      await phone.press('Send the link');
      await phone.sees(/If an account belongs to that name, a message is on its way/);
      await phone.open(await phone.mailed(ANN, 'reset'));
      await phone.fill({ newPassword: 'eight blue windows' });
      await phone.press('Save the new password');
      await phone.at('/login');
      await phone.sees('Your password is changed. Sign in with the new one.');
      await ann.open('/account');
      await ann.at('/login');
      await ann.fill({ login: 'ann', password: 'eight blue windows' });
      await ann.press('Sign in');
      await ann.at('/account');
    });

    it('changes the profile, an own field, the username, the password and the email', async () => {
      await ann.fill({ displayName: 'Ann Lee', company: 'Lee & Daughters' });
      await ann.press('Save');
      await ann.sees('Saved.');
      await ann.page.reload();
      await ann.page.waitForFunction(() => document.querySelector<HTMLInputElement>('[name="company"]')?.value === 'Lee & Daughters');
      await ann.press('Change the username');
      await ann.fill({ username: 'ann.lee' }, 'dialog');
      await ann.page.click('dialog .primary');
      await ann.sees('Your username is changed.');
      await phone.signIn('ann.lee', 'eight blue windows');
      await ann.open('/account/password');
      await ann.fill({ oldPassword: 'eight blue windows', newPassword: PASSWORD }, '#password-form');
      await ann.press('Change password');
      await ann.sees('Your password is changed. 1 other device was signed out.');
      await ann.sees(/^Last changed /);
      await phone.signIn('ann.lee');
      await ann.fill({ oldPassword: PASSWORD, newPassword: 'nine red chimneys' }, '#password-form');
      await ann.page.uncheck('#endOthers');
      await ann.press('Change password');
      await ann.sees(/^Your password is changed\.$/);
      await phone.open('/app');
      await phone.page.locator('#notes', { hasText: 'Buy bread' }).waitFor();
      await ann.press('Change the email');
      await ann.fill({ email: 'lee@example.com', password: 'nine red chimneys' }, 'dialog');
      await ann.press('Send the link');
      await ann.sees(/Waiting for you to open the link sent to/);
      await ann.open('/account/password');
      await ann.sees('lee@example.com');
      await ann.open(await ann.mailed('lee@example.com', 'confirm'));
      await ann.press(/^Confirm/);
      await ann.sees('Your email is confirmed.');
      await ann.press('Continue', 'link');
      await ann.sees('lee@example.com · confirmed');
    });

    it('makes a key for a program, which acts within its scope until the key is ended', async () => {
      await ann.open('/account/keys');
      await ann.sees('No keys yet.');
      await ann.press('New key');
      await ann.press('Make the key');
      await ann.sees('Enter a name.');
      await ann.fill({ name: 'nightly import' }, 'dialog');
      await ann.page.getByLabel(/^Read your notes/).check();
      await ann.press('Make the key');
      await ann.sees('It is shown only this once.');
      const headers = { 'x-api-key': (await ann.page.locator('#key').textContent()) ?? '', 'content-type': 'application/json' };
      const ask = async (method: 'GET' | 'POST'): Promise<number> =>
        (await fetch(`${sample.url}/notes`, { method, headers, ...(method === 'POST' && { body: '{}' }) })).status;
      expect([await ask('GET'), await ask('POST')]).toEqual([200, 403]);
      await ann.press('I have stored it');
      expect(await ann.page.content()).not.toContain(headers['x-api-key']);
      await ann.page.locator('#keys', { hasText: /Read your notes/ }).waitFor();
      await ann.press('End nightly import');
      await ann.sees('Programs that use it stop working at once.');
      await ann.press('End the key');
      await ann.sees('The key “nightly import” is ended.');
      expect(await ask('GET')).toBe(401);
    });

    it('downloads what is kept about one', async () => {
      await ann.open('/account/data');
      const [download] = await Promise.all([ann.page.waitForEvent('download'), ann.press('Download what we keep about you')]);
      const file: string[] = [];
      for await (const piece of await download.createReadStream()) file.push(String(piece));
      const kept = JSON.parse(file.join('')) as Record<string, unknown>;
      expect(kept).toMatchObject({ user: { email: 'lee@example.com', company: 'Lee & Daughters' }, notes: [{ text: 'Buy bread' }] });
      expect(file.join('')).not.toMatch(/\$argon2|\$2b\$|scrypt/);
    });

    it('finds a user as administrator, deactivates, takes it back, deletes', async () => {
      await root.open('/manage');
      await root.page.fill('#find', 'lee');
      await root.page.keyboard.press('Enter');
      await root.sees('1 user on this page');
      await root.press('Ann Lee', 'link');
      await root.sees('lee@example.com');
      await root.page.click('#actions summary');
      await root.press('Deactivate…');
      await root.press('Deactivate Ann Lee');
      await root.sees('Ann Lee is deactivated.');
      await ann.open('/app');
      await ann.at('/login');
      await root.press('Undo');
      await root.sees('Undone.');
      await ann.signIn('ann.lee', 'nine red chimneys');
      await root.open('/manage/devices?search=lee');
      await root.press(/^Sign out Firefox on Windows of Ann Lee/);
      await root.sees('Firefox on Windows of Ann Lee was signed out.');
      await root.open('/manage?search=lee');
      await root.press('Ann Lee', 'link');
      await root.page.click('#actions summary');
      await root.press('Delete…');
      await root.fill({ typed: 'ann.lee' }, 'dialog');
      await root.press('Delete for ever');
      await root.at('/manage');
      await root.sees('Ann Lee is deleted.');
      await root.open('/manage/notes');
      await root.sees('No notes yet.');
    });

    it('adds a user with a first password, which must be changed before anything else', async () => {
      await root.open('/manage/users/new');
      await root.fill({ username: 'bob' });
      await root.page.check('#how-now');
      await root.fill({ password: PASSWORD });
      await root.press('Add the user');
      await root.sees('bob is added.');
      await ann.open('/login');
      await ann.fill({ login: 'bob', password: PASSWORD });
      await ann.press('Sign in');
      await ann.sees('Choose a new password to go on');
      await ann.fill({ newPassword: 'eight blue windows' }, '#password-form');
      await ann.press('Change password');
      await ann.at('/app');
      await ann.open('/manage');
      await ann.sees('This page is not for your account.');
      await ann.open('/account/data');
      await ann.press('Delete my account…');
      await ann.fill({ password: 'eight blue windows' }, 'dialog');
      await ann.press('Delete my account');
      await ann.sees('Your account is deleted.');
    });
  });
}
