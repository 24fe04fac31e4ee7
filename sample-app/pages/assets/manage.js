import { byId, el, loading, nameOf, when } from './dom.js';
import { call, signedIn, trouble } from './shell.js';
import { badgesOf } from './users.js';

const { user: me } = await signedIn({ admin: true });
const asked = new URLSearchParams(location.search);
const search = asked.get('search') ?? '';
const status = asked.get('status') ?? '';
byId('find').value = search;
byId('status').value = status;

try {
  show(await loading(byId('loading'), 'users', call('GET', `/admin/users?${query({ search, status, after: asked.get('after') ?? '' })}`)));
} catch (fault) {
  trouble(fault);
}

function show({ items, next }) {
  byId('users').replaceChildren(...items.map(row));
  byId('frame').hidden = items.length === 0;
  byId('count').textContent = items.length === 1 ? '1 user on this page' : `${items.length} users on this page`;
  link(byId('first'), asked.has('after') ? { search, status } : null);
  link(byId('next'), next === null ? null : { search, status, after: next });
  if (items.length > 0) return;
  const nobody = status && !search ? 'Nobody has this status.' : `Nobody matches “${search}”.`;
  byId('empty').replaceChildren(
    el('p', { className: 'break' }, el('strong', {}, nobody)),
    el('p', {}, 'The search looks at names, usernames and email addresses.'),
    el('p', {}, el('a', { href: '/manage', className: 'button' }, 'Clear the search')),
  );
  byId('empty').hidden = false;
}

function row(user) {
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row' },
      el('div', { className: 'row' }, el('a', { href: pageOf(user), className: 'break' }, nameOf(user)), ...badgesOf(user, me)),
      el('div', { className: 'small muted break' }, user.email ?? ''),
    ),
    el('td', { 'data-label': 'Joined' }, when(user.createdAt)),
    el('td', { 'data-label': 'Last signed in' }, user.lastLoginAt === null ? 'never' : when(user.lastLoginAt)),
    el(
      'td',
      { className: 'end' },
      el('a', { href: pageOf(user), className: 'button compact' }, 'Open', el('span', { className: 'sr' }, ` ${nameOf(user)}`)),
    ),
  );
}

function pageOf(user) {
  return `/manage/users/${encodeURIComponent(user.id)}`;
}

function link(anchor, to) {
  anchor.hidden = to === null;
  if (to !== null) anchor.href = `/manage?${query(to)}`;
}

function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
}
