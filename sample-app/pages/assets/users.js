// What the administrators' pages share.
import { el } from './dom.js';

/** Badges for what is unusual; an ordinary active user has none. */
export function badgesOf(user, me) {
  const badges = [];
  if (me && user.id === me.id) badges.push(['', 'You']);
  if (user.isAdmin) badges.push(['', 'Admin']);
  if (user.status === 'pending') badges.push(['warn', 'Not confirmed']);
  if (user.status === 'disabled') badges.push(['bad', 'Deactivated']);
  if (user.status === 'banned') badges.push(['bad', 'Banned']);
  if (user.mustChangePassword) badges.push(['warn', 'Must change password']);
  return badges.map(([tone, words]) => el('span', { className: `badge ${tone}` }, words));
}
