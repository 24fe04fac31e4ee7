import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { Person, USER_AGENTS } from './person.js';
import { PASSWORD, Sample } from './sample.js';

const FOLDER = fileURLToPath(new URL('../../docs/images/', import.meta.url));

interface Image {
  readonly name: string;
  readonly bytes: number;
}

/** Takes the images of the README, where USERS_TEST_IMAGES asks for them: an ordinary run changes no file of the repository. */
export async function takeImages(browser: Browser): Promise<readonly Image[]> {
  if (!process.env['USERS_TEST_IMAGES']) return [];
  mkdirSync(FOLDER, { recursive: true });
  const sample = await Sample.start('express');
  try {
    const root = await Person.arrive(browser, sample.url, { viewport: { width: 1200, height: 680 } });
    await people(browser, sample, root);
    const images = await visit(root);
    await root.leave();
    return images;
  } finally {
    await sample.stop();
  }
}

async function people(browser: Browser, sample: Sample, root: Person): Promise<void> {
  await root.open('/setup');
  await root.fill({ email: 'ann@example.com', password: PASSWORD });
  await root.press('Create the administrator');
  await root.at('/app');
  await root.api('PATCH', '/auth/me', { displayName: 'Ann Lee', company: 'Lee & Daughters' });
  for (const [username, displayName] of [
    ['bob', 'Bob Okafor'],
    ['cleo', 'Cleo Martin'],
    ['dan', 'Dan Haddad'],
  ]) {
    const company = username === 'cleo' ? 'Martin & Co' : '';
    await root.api('POST', '/auth/register', { email: `${username}@example.com`, username, displayName, company, password: PASSWORD });
    if (username !== 'dan') {
      const token = new URL(await root.mailed(`${username}@example.com`, 'confirm')).hash.slice('#token='.length);
      await root.api('POST', '/auth/email/confirm', { token });
    }
  }
  for (const [userAgent, login] of [
    [USER_AGENTS.safari, 'ann@example.com'],
    [USER_AGENTS.firefox, 'ann@example.com'],
    [USER_AGENTS.firefox, 'bob'],
  ] as const) {
    const device = await Person.arrive(browser, sample.url, { userAgent });
    await device.signIn(login);
    await device.leave();
  }
}

async function visit(root: Person): Promise<readonly Image[]> {
  const images: Image[] = [];
  for (const [name, path] of [
    ['devices', '/account/devices'],
    ['users', '/manage'],
    ['outbox', '/outbox'],
  ] as const)
    images.push(...(await both(root, name, path)));
  return images;
}

async function both(root: Person, name: string, path: string): Promise<readonly Image[]> {
  const images: Image[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await root.page.emulateMedia({ colorScheme });
    await root.open(path);
    // WebP is a quarter of a PNG; only the debugger's own command makes one.
    const debug = await root.context.newCDPSession(root.page);
    const { data } = await debug.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
    const picture = Buffer.from(data, 'base64');
    writeFileSync(`${FOLDER}${name}-${colorScheme}.webp`, picture);
    images.push({ name: `${name}-${colorScheme}`, bytes: picture.length });
  }
  return images;
}
