import { byId, el, loading, nameOf, when } from './dom.js';
import { call, signedIn, trouble } from './shell.js';
import { badgesOf, statusBadge, valueInWords } from './users.js';

const MOST_COLUMNS = 3;

const { user: me, can } = await signedIn({ right: 'users.read' });
byId('add').hidden = !can('users.create');
const asked = new URLSearchParams(location.search);
const search = asked.get('search') ?? '';
const status = asked.get('status') ?? '';
byId('find').value = search;
byId('status').value = status;

try {
  const [page, fields] = await loading(
    byId('loading'),
    'users',
    Promise.all([
      call('GET', `/admin/users?${query({ ...filter(), search, after: asked.get('after') ?? '' })}`),
      call('GET', '/admin/fields'),
    ]),
  );
  show(page, fields.filter((field) => field.show.includes('admin')).slice(0, MOST_COLUMNS));
} catch (fault) {
  trouble(fault);
}

/** Administrators are no status of an account, but one looks for them in the same place. */
function filter() {
  return status === 'administrators' ? { isAdmin: 'true' } : { status };
}

function show({ items, next }, columns) {
  byId('heads').children[1].after(...columns.map(({ label }) => el('th', { scope: 'col' }, label)));
  byId('users').replaceChildren(...items.map((user) => row(user, columns)));
  byId('frame').hidden = items.length === 0;
  byId('count').textContent = items.length === 1 ? '1 user on this page' : `${items.length} users on this page`;
  link(byId('first'), asked.has('after') ? { search, status } : null);
  link(byId('next'), next === null ? null : { search, status, after: next });
  if (items.length === 0) empty(el('a', { href: '/manage', className: 'button' }, 'Clear the search'), nobody());
  else if (items.length === 1 && items[0].id === me.id && !location.search) empty(...onlyYou());
}

function nobody() {
  const title = status && !search ? 'Nobody has this status.' : `Nobody matches “${search}”.`;
  return [title, 'The search looks at names, usernames and email addresses.'];
}

function onlyYou() {
  const add = can('users.create') && el('a', { href: '/manage/users/new', className: 'button' }, 'Add a user');
  return [
    add,
    ['You are the only one here.', 'Add someone, or share the address of the registration page: ', `${location.origin}/register`],
  ];
}

/** What is missing in bold, one sentence, one thing to do. */
function empty(button, [title, words, address]) {
  byId('empty').replaceChildren(
    el('p', { className: 'break' }, el('strong', {}, title)),
    el('p', {}, words, address ? el('code', {}, address) : null),
    el('p', {}, button),
  );
  byId('empty').hidden = false;
}

function row(user, columns) {
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row' },
      el('div', { className: 'row' }, el('a', { href: pageOf(user), className: 'break clamp' }, nameOf(user)), ...badgesOf(user, me)),
      user.email !== null && user.email !== nameOf(user) ? el('div', { className: 'small muted break clamp' }, user.email) : null,
    ),
    el('td', { 'data-label': 'Status' }, statusBadge(user) ?? 'Active'),
    ...columns.map(({ name, label }) => el('td', { 'data-label': label, className: 'break' }, valueInWords(user[name]))),
    el('td', { 'data-label': 'Joined', className: 'num' }, when(user.createdAt)),
    el('td', { 'data-label': 'Last signed in', className: 'num' }, user.lastLoginAt === null ? 'never' : when(user.lastLoginAt)),
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
