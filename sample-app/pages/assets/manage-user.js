import { entryRow } from './activity.js';
import { deviceName, deviceRow, devicesInWords, endButton, gone } from './devices.js';
import { acting, ask, bindMenu, byId, copyButton, day, el, entitle, exactly, loading, nameOf, pair } from './dom.js';
import { banner } from './pages.js';
import { call, signedIn, trouble } from './shell.js';
import { actsFor, editing } from './user-acts.js';
import { banInWords, liftButton } from './user-ban.js';
import { badgesOf, statusBadge, valueInWords } from './users.js';

const id = decodeURIComponent(location.pathname.split('/').at(-1));
const path = `/admin/users/${encodeURIComponent(id)}`;
const { user: me, can } = await signedIn({ right: 'users.read' });
const fields = await call('GET', '/admin/fields').catch(() => []);
let user = null;
let ban = null;
let sessions = [];

bindMenu(byId('actions'));
await refresh().catch((fault) => {
  if (fault.status !== 404) return trouble(fault);
  byId('name').textContent = 'There is no such user.';
  banner('warn', 'The account may have been deleted.', { after: [el('a', { href: '/manage' }, 'All users')] });
});

async function refresh() {
  const devices = can('sessions.read') ? call('GET', `/admin/sessions?userId=${encodeURIComponent(id)}`) : { items: [] };
  const [answer, { items }] = await loading(byId('loading'), 'the user', Promise.all([call('GET', path), devices]));
  ({ user, ban } = answer);
  sessions = items;
  show();
  await showBan();
  if (can('audit.read')) await showActivity();
}

async function showBan() {
  const words = ban === null ? '' : await banInWords(ban);
  const lift = ban !== null && can('users.ban') ? [' ', liftButton({ name: nameOf(user), path, said })] : [];
  byId('ban').replaceChildren(el('p', {}, words, ...lift));
  byId('ban').hidden = ban === null;
}

/** The newest ten: the rest is a page of its own. */
async function showActivity() {
  const { items } = await call('GET', `/admin/audit?userId=${encodeURIComponent(id)}&limit=10`);
  byId('activity').replaceChildren(...items.map((entry) => entryRow(entry)));
  byId('all-activity').href = `/manage/activity?userId=${encodeURIComponent(id)}`;
  byId('activity-card').hidden = false;
}

function show() {
  const name = nameOf(user);
  entitle(name);
  byId('name').textContent = name;
  byId('address').textContent = user.email === name ? '' : (user.email ?? '');
  const badges = [...badgesOf(user, me), statusBadge(user)].filter((badge) => badge !== null);
  byId('badges').replaceChildren(...badges);
  byId('badges').hidden = badges.length === 0;
  const code = el('code', {}, user.id);
  byId('pairs').replaceChildren(
    ...pair('Id', el('span', { className: 'row' }, code, copyButton(code, 'the id'))),
    ...pair('Username', user.username ?? 'none'),
    ...pair('Email', user.email ?? 'none', user.email === null ? '' : confirmedInWords(user)),
    ...fields
      .filter((field) => field.show.includes('admin'))
      .flatMap(({ name: own, label }) => pair(label, valueInWords(user[own]) || 'none')),
    ...pair('Joined', exactly(user.createdAt)),
    ...pair('Last signed in', user.lastLoginAt === null ? 'never' : exactly(user.lastLoginAt)),
  );
  byId('devices-title').textContent = sessions.length === 0 ? 'Not signed in anywhere' : devicesInWords(sessions.length);
  byId('devices').replaceChildren(...sessions.map((session) => deviceRow(session, { end: can('sessions.end') ? ending(session) : null })));
  showActs();
  byId('facts').hidden = byId('acts').hidden = false;
  byId('devices-card').hidden = !can('sessions.read');
  byId('edit').hidden = !can('users.update');
}

function showActs() {
  const acts = actsFor({ user, me, can, places: devicesInWords(sessions.length) }, { path, said });
  byId('entries').replaceChildren(...acts.entries);
  byId('actions').hidden = acts.entries.length === 0;
  byId('end-all').hidden = sessions.length < 2 || user.id === me.id || !can('sessions.end');
  byId('end-all').textContent = `Sign out all ${sessions.length}`;
  byId('end-all').onclick = acts.endAll;
}

byId('edit').addEventListener('click', async () => {
  if ((await ask(editing(user, fields, path))) !== null) await said('Saved.');
});

function confirmedInWords({ emailConfirmedAt }) {
  return emailConfirmedAt === null ? ' · not confirmed' : ` · confirmed ${day(emailConfirmedAt)}`;
}

function ending(session) {
  return acting(endButton(session), async () => {
    const was = await gone(call('DELETE', `/admin/sessions/${session.id}`));
    await said(was ? `${deviceName(session)}: already gone.` : `${deviceName(session)} was signed out.`);
  });
}

/** Shows what is now, and says what happened. */
async function said(words, after = []) {
  byId('actions').open = false;
  try {
    await refresh();
    banner('ok', words, { after });
    byId('name').focus();
  } catch (fault) {
    trouble(fault);
  }
}
