import { entryRow, showPage } from './activity.js';
import { acting, byId, download, el, loading, nameOf } from './dom.js';
import { call, signedIn, trouble } from './shell.js';
import { peopleOf, userLink } from './users.js';

/** As many as a page of names may ask for, one by one. */
const PAGE = 25;

const { can } = await signedIn({ right: 'audit.read' });
const asked = new URLSearchParams(location.search);
const search = (asked.get('search') ?? '').trim();
byId('find').value = search;
byId('find').closest('.field').hidden = !can('users.read');
byId('event').value = asked.get('event') ?? '';
let filter = { event: asked.get('event') ?? '', userId: asked.get('userId') ?? '' };
await show().catch(trouble);

async function show() {
  const page = await loading(byId('loading'), 'the activity', entries());
  showPage(page.rows, { next: page.next, asked, what: 'entry' });
  if (page.rows.length === 0)
    byId('empty').replaceChildren(
      el('p', {}, el('strong', {}, 'Nothing was written down for this.')),
      el('p', {}, el('a', { href: '/manage/activity', className: 'button' }, 'Show everything')),
    );
}

async function entries() {
  if (search !== '' && !(await find())) return { rows: [], next: null };
  const { items, next } = await read({ ...filter, limit: PAGE, after: asked.get('after') ?? '' });
  const people = can('users.read') ? await peopleOf(items.flatMap(({ userId, actorId }) => [userId, actorId])) : new Map();
  return { rows: items.map((entry) => row(entry, people)), next };
}

/** Whom the reader means. Where several match, each is a way on. @returns whether it is one. */
async function find() {
  const { items } = await call('GET', `/admin/users?${query({ search, limit: 10 })}`);
  if (items.length === 1) filter = { ...filter, userId: items[0].id };
  const ways = items.map((user) => el('a', { href: `/manage/activity?${query({ ...filter, userId: user.id })}` }, nameOf(user)));
  byId('people').replaceChildren('Several match: ', ...ways);
  byId('people').hidden = items.length < 2;
  return items.length === 1;
}

function row(entry, people) {
  const { userId, actorId } = entry;
  const whom = userId === null ? [] : [el('span', {}, 'to ', userLink(userId, people))];
  return entryRow(entry, ...whom, ...(actorId === null || actorId === userId ? [] : [el('span', {}, 'by ', userLink(actorId, people))]));
}

function read(values) {
  return call('GET', `/admin/audit?${query(values)}`);
}

function query(values) {
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''));
}

const all = byId('export');
acting(all, async () => {
  all.textContent = 'Collecting…';
  try {
    const items = [];
    for (let after = ''; after !== null;) {
      const page = await read({ ...filter, limit: 200, after });
      items.push(...page.items);
      after = page.next;
    }
    download('activity.json', items);
  } finally {
    all.textContent = 'Export';
  }
});
