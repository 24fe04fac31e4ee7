// Where a Chromium is, for the runner and for the tests: USERS_TEST_CHROMIUM, or one of the usual places.
import { accessSync, constants } from 'node:fs';

const USUAL = [
  ...['/usr/bin/chromium', '/usr/bin/chromium-browser', '/snap/bin/chromium', '/usr/bin/google-chrome-stable', '/usr/bin/google-chrome'],
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

export function findChromium() {
  const named = process.env.USERS_TEST_CHROMIUM;
  return (named ? [named] : USUAL).find(isExecutable) ?? null;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
