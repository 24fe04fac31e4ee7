import { entryRow, showPage } from './activity.js';
import { byId, el, loading } from './dom.js';
import { call, signedIn, trouble } from './shell.js';

/** What somebody else may have done: there the way out stands beside it. */
const UNUSUAL = new Set(['login.failed', 'password.changed', 'password.reset', 'user.email-changed', 'api-key.created']);

/** What one reads of oneself. */
const OWN_WORDS = { 'impersonation.started': 'An administrator acted as you', 'impersonation.stopped': 'Acting as you ended' };

await signedIn();
const asked = new URLSearchParams(location.search);
byId('event').value = asked.get('event') ?? '';
await show().catch(trouble);

async function show() {
  const query = new URLSearchParams([...asked].filter(([name, value]) => ['event', 'after'].includes(name) && value !== ''));
  const { items, next } = await loading(byId('loading'), 'your activity', call('GET', `/auth/audit?${query}`));
  showPage(items.map(row), { next, asked, what: 'entry' });
}

function row(entry) {
  const item = entryRow({ ...entry, words: OWN_WORDS[entry.event] }, ...(entry.byOther ? ['by an administrator'] : []));
  if (!UNUSUAL.has(entry.event)) return item;
  const out = el('a', { href: '/account/password' }, 'Sign out everywhere and change your password.');
  item.firstElementChild.append(el('p', { className: 'small' }, 'Was this not you? ', out));
  return item;
}
