// Words about users, which several pages say.
import { el } from './dom.js';

/** Badges for what is unusual about who somebody is. */
export function badgesOf(user, me) {
  const badges = [];
  if (me && user.id === me.id) badges.push(['', 'You']);
  if (user.isAdmin) badges.push(['', 'Admin']);
  if (user.mustChangePassword) badges.push(['warn', 'Must change password']);
  return badges.map(badge);
}

const STATUSES = { pending: ['warn', 'Not confirmed'], disabled: ['bad', 'Deactivated'], banned: ['bad', 'Banned'] };

/** A badge for what is out of the ordinary; an active user has none. */
export function statusBadge({ status }) {
  return STATUSES[status] === undefined ? null : badge(STATUSES[status]);
}

function badge([tone, words]) {
  return el('span', { className: `badge ${tone}` }, words);
}

/** "ann@example.com · confirmed" */
export function emailInWords({ email, emailConfirmedAt }) {
  if (email === null) return 'none';
  return `${email} · ${emailConfirmedAt === null ? 'not confirmed' : 'confirmed'}`;
}

/** A value of the host's own field. */
export function valueInWords(value) {
  if (value === null || value === undefined || value === '') return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
