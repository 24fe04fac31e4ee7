// What happened to an account, in words: in one's own list, on a user's page, and in the list of all.
import { byId, el, exactly } from './dom.js';

/** Keyed by event: what is said of it. Of an event that is not here its name is shown. */
const WORDS = {
  'session.opened': 'Signed in',
  'login.failed': 'Refused at the sign-in',
  'session.ended': 'Signed out',
  'sessions.ended': 'Signed out on several devices',
  'sessions.blackout-changed': 'Everyone signed out',
  'password.changed': 'Password changed',
  'password.reset': 'Password chosen by a mailed link',
  'password.reset-refused': 'A link for a new password refused',
  'user.created': 'Account made',
  'user.registered': 'Registered',
  'user.invited': 'Invited',
  'user.updated': 'Profile changed',
  'user.username-changed': 'Username changed',
  'user.email-changed': 'Email changed',
  'user.email-confirmed': 'Email confirmed',
  'user.admin-changed': 'Administrator made or removed',
  'user.roles-changed': 'Roles changed',
  'user.permissions-changed': 'Rights changed',
  'user.banned': 'Banned',
  'user.unbanned': 'Ban lifted',
  'user.deactivated': 'Deactivated',
  'user.activated': 'Activated',
  'user.deleted': 'Deleted',
  'user.anonymised': 'Made nameless',
  'api-key.created': 'API key made',
  'api-key.ended': 'API key ended',
  'impersonation.started': 'An administrator acted as this user',
  'impersonation.stopped': 'Acting as this user ended',
};

/** One entry: what, from which device, then the small print. `more` is what the page adds. */
export function entryRow({ event, words = WORDS[event] ?? event, device, ip, at, facts }, ...more) {
  const parts = [exactly(at), ...(ip === null ? [] : [ip]), ...more];
  const fields = facts?.fields?.length ? ` (${facts.fields.join(', ')})` : '';
  const reason = facts?.reason ? `: ${facts.reason}` : '';
  return el(
    'li',
    {},
    el(
      'div',
      {},
      el(
        'p',
        { className: 'break' },
        el('strong', {}, words),
        `${device === null ? '' : ` from ${device === 'Unknown device' ? 'an unknown device' : device}`}${fields}${reason}`,
      ),
      el('p', { className: 'muted small break' }, ...parts.flatMap((part, index) => [index === 0 ? '' : ' · ', part])),
    ),
  );
}

/** Shows a page of a list, and the ways to its first and its next one, with what was asked for. */
export function showPage(rows, { next, asked, what }) {
  byId('entries').replaceChildren(...rows);
  byId('frame').hidden = rows.length === 0;
  byId('empty').hidden = rows.length > 0;
  byId('count').textContent = `${rows.length} ${rows.length === 1 ? what : `${what.slice(0, -1)}ies`} on this page`;
  const link = (anchor, after) => {
    anchor.hidden = after === null;
    const to = new URLSearchParams([...asked].filter(([name, value]) => name !== 'after' && value !== ''));
    if (after) to.set('after', after);
    anchor.href = `${location.pathname}?${to}`;
  };
  link(byId('first'), asked.has('after') ? '' : null);
  link(byId('next'), next);
}
