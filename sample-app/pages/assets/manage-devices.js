import { deviceName, deviceRow, devicesInWords, endButton, gone } from './devices.js';
import { acting, byId, el, loading } from './dom.js';
import { banner } from './pages.js';
import { call, signedIn, trouble } from './shell.js';
import { peopleOf, userLink } from './users.js';

const PAGE = 25;
/** As many people as one search may mean: beyond that it is not this person's devices that one looks for. */
const MOST_PEOPLE = 10;

const { session: mine, can } = await signedIn({ right: 'sessions.read' });
const asked = new URLSearchParams(location.search);
const search = (asked.get('search') ?? '').trim();
byId('find').value = search;
await show().catch(trouble);

async function show() {
  const { items, next } = await loading(byId('loading'), 'devices', devices());
  byId('devices').replaceChildren(...items.map(row));
  byId('frame').hidden = items.length === 0;
  byId('count').textContent = `${devicesInWords(items.length)} on this page`;
  link(byId('first'), asked.has('after') ? { search } : null);
  link(byId('next'), next === null ? null : { search, after: next });
  byId('empty').hidden = items.length > 0;
  if (items.length === 0) byId('empty').replaceChildren(...nothing());
}

async function devices() {
  const page = search === '' || isAddress(search) ? await list(search === '' ? {} : { ip: search }) : await ofPeople();
  const people = await peopleOf(page.items.map(({ userId }) => userId));
  return { ...page, items: page.items.map((session) => ({ ...session, who: userLink(session.userId, people) })) };
}

function list(filter) {
  return call('GET', `/admin/sessions?${query({ ...filter, limit: PAGE, after: asked.get('after') ?? '' })}`);
}

async function ofPeople() {
  const { items: people } = await call('GET', `/admin/users?${query({ search, limit: MOST_PEOPLE })}`);
  const pages = await Promise.all(people.map(({ id }) => call('GET', `/admin/sessions?${query({ userId: id, limit: PAGE })}`)));
  const items = pages.flatMap((page) => page.items).sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  return { items, next: null };
}

/** Digits and dots, or hexadecimal groups and colons: no name looks like that. */
function isAddress(text) {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text);
}

function row({ who, ...session }) {
  const current = session.id === mine.id;
  return deviceRow({ ...session, current }, { who, end: current || !can('sessions.end') ? null : ending(session, who.textContent) });
}

function ending(session, name) {
  const button = endButton(session);
  button.lastElementChild.append(` of ${name}`);
  return acting(button, async () => {
    const was = await gone(call('DELETE', `/admin/sessions/${session.id}`));
    await show();
    banner('ok', was ? `${deviceName(session)} of ${name}: already gone.` : `${deviceName(session)} of ${name} was signed out.`);
    document.querySelector('h1').focus();
  });
}

function nothing() {
  const title = search === '' ? 'Nobody is signed in.' : `No device matches “${search}”.`;
  const words = isAddress(search) ? 'Nobody is signed in from this address.' : 'The search looks at names, usernames and email addresses.';
  return [
    el('p', { className: 'break' }, el('strong', {}, title)),
    el('p', {}, words),
    el('p', {}, el('a', { href: '/manage/devices', className: 'button' }, 'Clear the search')),
  ];
}

function link(anchor, to) {
  anchor.hidden = to === null;
  if (to !== null) anchor.href = `/manage/devices?${query(to)}`;
}

function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
}
