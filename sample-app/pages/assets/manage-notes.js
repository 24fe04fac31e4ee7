import { acting, byId, el, lines, loading, when } from './dom.js';
import { call, signedIn, trouble } from './shell.js';

const PAGE = 100;
const list = byId('notes');

await signedIn({ admin: true });
acting(byId('older'), more);
await more().catch(trouble);

async function more() {
  const last = list.lastElementChild?.dataset.id;
  const notes = await loading(byId('loading'), 'notes', call('GET', last ? `/notes/all?before=${last}` : '/notes/all'));
  list.append(...notes.map(row));
  byId('older').hidden = notes.length < PAGE;
  list.hidden = list.childElementCount === 0;
  byId('empty').hidden = !list.hidden;
}

function row({ id, userId, author, text, createdAt }) {
  return el(
    'li',
    { 'data-id': id },
    el(
      'div',
      {},
      el('p', { className: 'break' }, ...lines(text)),
      el(
        'p',
        { className: 'muted small break' },
        el('a', { href: `/manage/users/${encodeURIComponent(userId)}` }, author),
        ' · ',
        when(createdAt),
      ),
    ),
  );
}
