// Words about users, which several pages say.
import { el, nameOf } from './dom.js';
import { call } from './shell.js';

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

/** The users of these ids. Whoever was deleted meanwhile has no name any more. */
export async function peopleOf(ids) {
  const asked = [...new Set(ids)].filter((id) => id !== null);
  const users = await Promise.all(asked.map((id) => call('GET', `/admin/users/${encodeURIComponent(id)}`).catch(() => null)));
  return new Map(users.filter((one) => one !== null).map(({ user }) => [user.id, user]));
}

/** Whose it is, with the way to his page. */
export function userLink(id, people) {
  const name = people.has(id) ? nameOf(people.get(id)) : 'a deleted user';
  return el('a', { href: `/manage/users/${encodeURIComponent(id)}` }, name);
}
