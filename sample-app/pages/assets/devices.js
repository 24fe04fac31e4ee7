// Rows of devices, in one's own account and in a user's.
import { el, when } from './dom.js';

/** A device's row; `end`, where given, is its button. */
export function deviceRow(session, end) {
  const name = deviceName(session);
  const facts = [session.ip, 'last seen ', when(session.lastSeenAt), 'signed in ', when(session.createdAt)];
  return el(
    'li',
    {},
    el(
      'div',
      {},
      el(
        'p',
        { className: 'row' },
        el('strong', { className: 'break' }, name),
        session.current ? el('span', { className: 'badge ok' }, 'This device') : null,
      ),
      el('p', { className: 'muted small break' }, ...(facts[0] ? [`${facts[0]} · `] : []), facts[1], facts[2], ' · ', facts[3], facts[4]),
    ),
    end ?? null,
  );
}

export function deviceName(session) {
  return session.device || 'Unknown device';
}

/** The button that ends one device. */
export function endButton(session) {
  return el(
    'button',
    { type: 'button', className: 'compact danger' },
    'Sign out',
    el('span', { className: 'sr' }, ` ${deviceName(session)}`),
  );
}

/** "1 device", "3 devices". */
export function devicesInWords(count) {
  return count === 1 ? '1 device' : `${count} devices`;
}
