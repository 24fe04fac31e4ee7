// Rows of devices, in one's own account and in a user's.
import { el, when } from './dom.js';

/** A device's row. `page` leads to its details, `who` says whose it is, `end` is its button: each where there is one. */
export function deviceRow(session, { page = null, who = null, end = null } = {}) {
  const name = deviceName(session);
  const facts = [who, session.ip, ['last seen ', when(session.lastSeenAt)], ['signed in ', when(session.createdAt)]];
  const words = facts.filter((fact) => fact !== null).flatMap((fact, index) => [index === 0 ? '' : ' · ', fact].flat());
  return el(
    'li',
    {},
    el(
      'div',
      {},
      el(
        'p',
        { className: 'row' },
        el('strong', { className: 'break' }, page === null ? name : el('a', { href: page }, name)),
        session.current ? el('span', { className: 'badge ok' }, 'This device') : null,
        session.actor ? el('span', { className: 'badge warn' }, `Acting: ${session.actor.name ?? 'an administrator'}`) : null,
      ),
      el('p', { className: 'muted small break' }, ...words),
    ),
    end,
  );
}

export function deviceName(session) {
  return session.device || 'Unknown device';
}

/** The button that ends one device. */
export function endButton(session, { compact = true } = {}) {
  return el(
    'button',
    { type: 'button', className: compact ? 'compact danger' : 'danger' },
    'Sign out',
    el('span', { className: 'sr' }, ` ${deviceName(session)}`),
  );
}

/** "1 device", "3 devices", "2 other devices". */
export function devicesInWords(count, kind = '') {
  return `${count} ${kind}${count === 1 ? 'device' : 'devices'}`;
}

export function wereSignedOut(what, count) {
  return `${what} ${count === 1 ? 'was' : 'were'} signed out.`;
}

/** For a row that may be gone already: resolves with whether it was. */
export async function gone(act) {
  try {
    await act;
    return false;
  } catch (fault) {
    if (fault.status !== 404) throw fault;
    return true;
  }
}
