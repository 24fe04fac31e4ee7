import { acting, byId, el, lines, loading, when } from './dom.js';
import { banner, bindForm } from './pages.js';
import { call, signedIn, trouble } from './shell.js';

const PAGE = 100;
const list = byId('notes');
const older = byId('older');

await signedIn();
await more().catch(trouble);

bindForm(byId('form'), {
  busy: 'Adding…',
  send: ({ text }) => call('POST', '/notes', { text }),
  done: (note) => {
    byId('text').value = '';
    list.prepend(row(note));
    shown();
    banner('ok', 'Added.');
    byId('text').focus();
  },
});
acting(older, more);

async function more() {
  const last = list.lastElementChild?.dataset.id;
  const notes = await loading(byId('loading'), 'notes', call('GET', last ? `/notes?before=${last}` : '/notes'));
  list.append(...notes.map(row));
  older.hidden = notes.length < PAGE;
  shown();
}

function shown() {
  list.hidden = list.childElementCount === 0;
  byId('empty').hidden = !list.hidden;
}

function row(note) {
  const start = note.text.slice(0, 40);
  const edit = el('button', { type: 'button', className: 'compact' }, 'Edit', el('span', { className: 'sr' }, ` ${start}`));
  const remove = el('button', { type: 'button', className: 'compact danger' }, 'Delete', el('span', { className: 'sr' }, ` ${start}`));
  const item = el(
    'li',
    { 'data-id': note.id },
    el('div', {}, el('p', { className: 'break' }, ...lines(note.text)), el('p', { className: 'muted small' }, when(note.createdAt))),
    el('div', { className: 'row' }, edit, remove),
  );
  edit.addEventListener('click', () => change(item, note));
  acting(remove, () => erase(item, note));
  return item;
}

async function erase(item, note) {
  await call('DELETE', `/notes/${note.id}`).catch((fault) => {
    if (fault.status !== 404) throw fault;
  });
  const undo = el('button', { type: 'button', className: 'compact' }, 'Undo');
  item.remove();
  shown();
  banner('ok', 'The note is deleted.', { after: [undo] });
  undo.focus();
  acting(undo, async () => {
    const again = await call('POST', '/notes', { text: note.text });
    list.prepend(row(again));
    shown();
    banner('ok', 'The note is back, as the newest one.');
    byId('text').focus();
  });
}

function change(item, note) {
  const id = `edit-${note.id}`;
  const area = el('textarea', { id, name: 'text', rows: 4, value: note.text, 'aria-describedby': `${id}-e` });
  const cancel = el('button', { type: 'button' }, 'Cancel');
  const form = el(
    'form',
    { noValidate: true, className: 'stack' },
    el(
      'div',
      { className: 'field' },
      el('label', { htmlFor: id }, 'Change the note'),
      area,
      el('p', { className: 'error', id: `${id}-e` }),
    ),
    el('div', { className: 'row' }, el('button', { type: 'submit', className: 'primary' }, 'Save'), cancel),
  );
  const back = (to) => {
    const fresh = row(to);
    item.replaceWith(fresh);
    fresh.querySelector('button').focus();
  };
  item.replaceChildren(form);
  cancel.addEventListener('click', () => back(note));
  bindForm(form, { busy: 'Saving…', send: ({ text }) => call('PATCH', `/notes/${note.id}`, { text }), done: back });
  area.focus();
}
