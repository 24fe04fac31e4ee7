export { Inbox } from '../../lib/extensions/testing/inbox.js';
