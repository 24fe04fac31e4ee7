import { describe, expect, it } from '@jest/globals';
import { describeDevice } from '../../../lib/sessions/device.js';

const CHROME = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36';
const EDGE =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0';
const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';

describe('what a device is called', () => {
  it.each([
    [CHROME, null, 'Chrome on Linux'],
    [EDGE, null, 'Edge on Windows'],
    [IPHONE, null, 'Safari on iPhone'],
    [IPHONE, "Ann's phone", "Ann's phone"],
    ['curl/8.14', null, 'Unknown device'],
    ['', null, 'Unknown device'],
    [null, null, 'Unknown device'],
  ])('%s, named %s', (userAgent, ownName, device) => expect(describeDevice(userAgent, ownName)).toBe(device));
});
