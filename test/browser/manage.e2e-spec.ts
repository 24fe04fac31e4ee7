import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { problemsOf } from './accessibility.js';
import { launch, Person } from './person.js';
import { PASSWORD, ROOT, Sample } from './sample.js';

jest.setTimeout(120_000);

describe('Those who administrate', () => {
  let sample: Sample;
  let browser: Browser;
  let root: Person;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    sample = await Sample.start('fastify');
    browser = await launch();
    root = await Person.arrive(browser, sample.url);
    await root.open('/setup');
    await root.fill({ email: ROOT, password: PASSWORD });
    await root.press('Create the administrator');
    await root.at('/app');
    ids['root'] = (await root.api<{ user: { id: string } }>('GET', '/auth/me')).user.id;
    for (const username of ['ann', 'support']) {
      const { user } = await root.api<{ user: { id: string } }>('POST', '/admin/users', { username, password: PASSWORD });
      ids[username] = user.id;
    }
    await root.api('PUT', `/admin/users/${ids['support']}/permissions`, { permissions: ['users.read', 'users.ban'] });
  });
  afterAll(async () => {
    await browser.close();
    await sample.stop();
  });

  const act = async (one: Person, entry: string): Promise<void> => {
    await one.page.click('#actions summary');
    await one.press(entry);
  };

  it('ban somebody with a reason and an end, see that on his page, and lift it', async () => {
    const ann = await Person.arrive(browser, sample.url);
    await ann.signIn('ann');
    await root.open(`/manage/users/${ids['ann']}`);
    await act(root, 'Ban…');
    await root.page.selectOption('#ban-until', 'date');
    await root.page.fill('#ban-date', '2001-02-03');
    await root.press('Ban ann');
    await root.sees('Choose a day that is still to come.');
    await root.page.fill('#ban-date', '2999-12-01');
    await root.page.fill('dialog [name="reason"]', 'spam in comments');
    await root.press('Ban ann');
    await root.sees('ann is banned.');
    await root.sees(/^Banned until Dec 1, 2999 by root@example\.com on .*: spam in comments\./);
    await ann.open('/account');
    await ann.at('/login');
    await root.press('Lift the ban');
    await root.sees('ann is no longer banned.');
    expect(await root.page.locator('#ban').isVisible()).toBe(false);
    await ann.signIn('ann');
    await ann.leave();
  });

  it('are shown what they may not do, off and with the reason', async () => {
    const support = await Person.arrive(browser, sample.url);
    await support.signIn('support');
    await support.press('Manage', 'link');
    await support.at('/manage');
    expect(await support.page.locator('#add').isVisible()).toBe(false);
    expect(await support.page.locator('.nav-side a:visible').allTextContents()).toEqual(['Users']);
    await support.press('ann', 'link');
    await support.page.click('#actions summary');
    const entry = (name: string) => support.page.locator('#entries').getByRole('button', { name });
    expect(await entry('Delete…').getAttribute('aria-disabled')).toBe('true');
    expect(await entry('Make administrator…').getAttribute('aria-disabled')).toBe('true');
    expect(await entry('Ban…').getAttribute('aria-disabled')).toBeNull();
    await support.sees('Your account may not do this.');
    await support.open('/manage/everyone');
    await support.sees('This page is not for your account.');
    expect(support.faults).toEqual([]);
    await support.leave();
  });

  it('are led to the one page that they may open', async () => {
    await root.api('PUT', `/admin/users/${ids['support']}/permissions`, { permissions: ['sessions.blackout'] });
    const support = await Person.arrive(browser, sample.url);
    await support.signIn('support');
    await support.press('Manage', 'link');
    await support.at('/manage/everyone');
    expect(await support.page.locator('.nav-side a:visible').allTextContents()).toEqual(['Sign everyone out']);
    await support.leave();
  });

  it('act in a user’s name with a reason: the bar stands on every page, what is closed says so, and the way back leads to himself', async () => {
    const ann = await Person.arrive(browser, sample.url);
    await ann.signIn('ann');
    await root.open(`/manage/users/${ids['ann']}`);
    await act(root, 'Act as ann…');
    await root.press('Act as ann');
    await root.sees('Give a reason.');
    await root.fill({ reason: 'ticket 4711' }, 'dialog');
    await root.press('Act as ann');
    await root.at('/app');
    const bar = root.page.getByRole('region', { name: 'Acting as someone else' });
    await bar.getByText(/You are acting as ann \(ticket 4711\)\. Ends at .*\. Everything is recorded\./).waitFor();
    expect(await root.page.title()).toMatch(/^Acting as ann: /);
    await root.open('/account/keys');
    await root.page.locator('#new-closed', { hasText: 'Not while acting as someone else.' }).waitFor();
    expect(await problemsOf(root.page, 'acting')).toEqual([]);
    await ann.open('/account/devices');
    await ann.sees('Acting: an administrator');
    await root.press('Stop and return to my account');
    await root.at(`/manage/users/${ids['ann']}`);
    await root.sees('You no longer act as ann.');
    await ann.open('/account/activity');
    await ann.sees('An administrator acted as you');
    expect(await ann.page.content()).not.toContain('4711');
    await ann.leave();
    await root.open(`/manage/users/${ids['root']}`);
    await root.page.click('#actions summary');
    expect(
      await root.page
        .locator('#entries')
        .getByText(/^Act as/)
        .count(),
    ).toBe(0);
  });

  it('read what happened to whom, by person and by event, and export it', async () => {
    await root.open('/manage/activity');
    await root.fill({ search: 'ann' }, 'main form');
    await root.page.selectOption('#event', 'impersonation.started');
    await root.press('Search');
    await root.sees('1 entry on this page');
    await root.page.locator('#entries li', { hasText: /ticket 4711.* to ann · by root@example\.com$/s }).waitFor();
    const [file] = await Promise.all([root.page.waitForEvent('download'), root.press('Export')]);
    const pieces: string[] = [];
    for await (const piece of await file.createReadStream()) pieces.push(String(piece));
    expect(JSON.parse(pieces.join(''))).toMatchObject([{ event: 'impersonation.started', userId: ids['ann'], actorId: ids['root'] }]);
    await root.open('/manage/activity?search=nobody');
    await root.sees('Nothing was written down for this.');
    expect(root.faults).toEqual([]);
  });

  it('sign everyone out, themselves included, after typing so', async () => {
    await root.open('/manage/everyone');
    await root.page.fill('#typed', 'everyone');
    await root.press('Sign everyone out');
    await root.sees('Type it exactly as it stands above.');
    await root.page.fill('#typed', 'sign everyone out');
    await root.press('Sign everyone out');
    await root.sees(/^Done at .*Sessions opened before that moment do not work any more\./);
    await root.open('/app');
    await root.at('/login');
    expect(root.faults).toEqual([]);
  });
});
