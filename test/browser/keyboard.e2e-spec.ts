import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { launch, Person, USER_AGENTS } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';

jest.setTimeout(120_000);

/** Presses Tab until the focus is on what has this name; nothing else moves it. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const { words, visible } = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement & { labels?: NodeListOf<HTMLLabelElement> };
      const label = [...(element.labels ?? [])].map((one) => one.textContent).join(' ');
      const outline = getComputedStyle(element).outlineStyle;
      return { words: (label || element.textContent || '').trim(), visible: outline !== 'none' || element === document.body };
    });
    if (!visible) throw new Error(`The focus cannot be seen on "${words}".`);
    if (name.test(words)) return;
    passed.push(words);
  }
  throw new Error(`Tab does not lead to ${String(name)}, but over: ${passed.join(' | ')}`);
}

describe('With the keyboard alone', () => {
  let sample: Sample;
  let browser: Browser;
  let ann: Person;
  let page: Page;

  beforeAll(async () => {
    sample = await Sample.start('express');
    browser = await launch();
    ann = await Person.arrive(browser, sample.url);
    ({ page } = ann);
  });
  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  const type = async (name: RegExp, text: string): Promise<void> => {
    await tabTo(page, name);
    await page.keyboard.type(text);
  };
  const press = async (name: RegExp, key = 'Enter'): Promise<void> => {
    await tabTo(page, name);
    await page.keyboard.press(key);
  };

  it('one makes the first account, registers, confirms, signs in', async () => {
    await ann.open('/setup');
    await type(/^Email/, ROOT);
    await type(/^Password/, PASSWORD);
    await page.keyboard.press('Enter');
    await ann.at('/app');
    await press(/root@example\.com/);
    await press(/^Sign out$/);
    await ann.at('/login');
    await press(/^Create an account$/);
    await ann.at('/register');
    await type(/^Email/, 'ann@example.com');
    await type(/^Username/, 'ann');
    await type(/^Password/, PASSWORD);
    await press(/^Create an account$/, 'Space');
    await ann.at('/check-mail');
    await press(/^outbox$/);
    await ann.at('/outbox');
    await press(/\/confirm#token=/);
    await ann.at('/confirm');
    await press(/^Confirm/);
    await ann.sees('Your email is confirmed.');
    await press(/^Sign in$/);
    await ann.at('/login');
    await type(/^Email or username/, 'ann');
    await type(/^Password/, PASSWORD);
    await page.keyboard.press('Enter');
    await ann.at('/app');
  });

  it('one skips to the content, ends a device, changes the password', async () => {
    const phone = await Person.arrive(browser, sample.url, { userAgent: USER_AGENTS.safari });
    await phone.signIn('ann');
    await ann.open('/account/devices');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    await press(/^Sign out the other one/);
    await ann.sees('Sign out the other device?');
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel');
    await page.keyboard.press('Escape');
    await ann.sees('2 devices');
    await press(/^Sign out Safari on iPhone/);
    await ann.sees('Safari on iPhone was signed out.');
    await phone.leave();
    await press(/^API keys$/);
    await ann.at('/account/keys');
    await press(/^New key$/);
    await page.keyboard.type('nightly import');
    await press(/^Read your notes/, 'Space');
    await press(/^Make the key$/);
    await press(/^I have stored it$/);
    await press(/^End nightly import$/);
    await press(/^End the key$/);
    await ann.sees('The key “nightly import” is ended.');
    await press(/^Password and email$/);
    await ann.at('/account/password');
    await type(/^Current password/, PASSWORD);
    await type(/^New password/, 'eight blue windows');
    await press(/^Change password$/);
    await ann.sees('Your password is changed.');
  });

  it('one closes menus with Escape, and an administrator deactivates and takes it back', async () => {
    await ann.open('/app');
    await press(/ann/);
    await page.keyboard.press('Escape');
    expect(
      await page.evaluate(() => [document.activeElement?.tagName, (document.getElementById('menu') as HTMLDetailsElement).open]),
    ).toEqual(['SUMMARY', false]);
    await page.keyboard.press('Enter');
    await press(/^Sign out$/);
    await ann.at('/login');
    await ann.signIn(ROOT);
    await ann.open('/manage');
    await type(/^Find by/, 'ann');
    await page.keyboard.press('Enter');
    await ann.sees('1 user on this page');
    await press(/^ann$/);
    await ann.sees('Account');
    await press(/^Actions/);
    await press(/^Deactivate…/);
    await press(/^Deactivate ann$/);
    await ann.sees('ann is deactivated.');
    await press(/^Undo$/);
    await ann.sees('Undone.');
    expect(ann.faults).toEqual([]);
  });
});
