export { FakeClock } from '../../lib/extensions/testing/fake-clock.js';
