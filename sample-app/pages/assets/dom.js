// Building the page. Text reaches the DOM through text nodes only.
import { banner, bindForm, bindShow } from './pages.js';
import { textFor } from './strings.en.js';

/** Makes an element: properties where it has them, attributes otherwise. */
export function el(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) key in node ? (node[key] = value) : node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

export const byId = (id) => document.getElementById(id);

/** Text with its line breaks. */
export function lines(text) {
  return text.split('\n').flatMap((line, index) => (index === 0 ? [line] : [el('br'), line]));
}

/** An instant: today and yesterday in words with the clock time, else the date; the full time with its zone on pointing. */
export function when(iso) {
  const date = new Date(iso);
  // What belongs together does not break: in a narrow column the line ends before the clock time.
  const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(date).replace(/\s/g, '\u00a0');
  const days = Math.round((midnight(new Date()) - midnight(date)) / 86_400_000);
  const text = days === 0 ? `today, ${clock}` : days === 1 ? `yesterday, ${clock}` : day(date);
  return el(
    'time',
    { dateTime: iso, title: new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'long' }).format(date) },
    text,
  );
}

export function day(date) {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(date));
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** What people call a user. */
export function nameOf(user) {
  return user.displayName || user.username || user.email || user.id;
}

/** Tells how loading goes: nothing for 400 ms, then what is loaded, after 5 s that it is slow. */
export async function loading(place, what, work) {
  const say = (...words) => place.replaceChildren(...words);
  const timers = [
    setTimeout(() => say(`Loading ${what}…`), 400),
    setTimeout(() => say('Still loading. The server is slow today. ', tryAgain()), 5000),
  ];
  try {
    return await work;
  } finally {
    timers.forEach(clearTimeout);
    say();
  }
}

export function tryAgain() {
  const button = el('button', { type: 'button', className: 'compact' }, 'Try again');
  button.addEventListener('click', () => location.reload());
  return button;
}

/** What the app calls itself. */
export const appName = document.querySelector('meta[name="application-name"]').content;

let beginning = '';

/** What every title of this page begins with from now on. */
export function titlesBegin(words) {
  beginning = words;
  document.title = words + document.title;
}

export function entitle(words) {
  document.title = `${beginning}${words} – ${appName}`;
}

/** The full time with its zone: for what one may have to prove. */
export function exactly(iso) {
  return el('time', { dateTime: iso }, new Intl.DateTimeFormat(undefined, { dateStyle: 'long', timeStyle: 'long' }).format(new Date(iso)));
}

/** A line of a definition list. */
export function pair(term, ...value) {
  return [el('dt', {}, term), el('dd', {}, ...value)];
}

/** Copies what stands in `place`; where the browser does not let it, it selects it. `what` names it for who cannot see it. */
export function copyButton(place, what) {
  const button = el('button', { type: 'button', className: 'compact' }, 'Copy', el('span', { className: 'sr' }, ` ${what}`));
  const status = el('span', { className: 'small muted', role: 'status' });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(place.textContent).then(
      () => (status.textContent = 'Copied'),
      () => window.getSelection().selectAllChildren(place),
    );
  });
  return el('span', { className: 'row' }, button, status);
}

/** Hands out a file of JSON. */
export function download(name, content) {
  const href = URL.createObjectURL(new window.Blob([JSON.stringify(content, null, 2)], { type: 'application/json' }));
  el('a', { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 60_000);
}

/** Closes a menu on Escape, on a press outside, and when the focus leaves. */
export function bindMenu(menu) {
  const summary = menu.querySelector('summary');
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener('focusout', (event) => {
    if (event.relatedTarget !== null && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  document.addEventListener('pointerdown', (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
}

/** What the reader may not do now is shown, off, with the reason. */
export function off(label, reason, { className = 'quiet' } = {}) {
  return el('div', {}, el('button', { type: 'button', className, 'aria-disabled': 'true' }, label), el('p', { className: 'hint' }, reason));
}

/** A button that does one thing at a time; `act` rejects with a fault of the API to have it shown. */
export function acting(button, act) {
  button.addEventListener('click', async () => {
    if (button.getAttribute('aria-disabled') === 'true') return;
    banner('', '');
    button.setAttribute('aria-disabled', 'true');
    try {
      await act();
    } catch (fault) {
      if (!('status' in fault)) throw fault;
      banner('bad', textFor(fault.code, fault));
    } finally {
      button.removeAttribute('aria-disabled');
    }
  });
  return button;
}

let dialogs = 0;

/**
 * Asks in a dialog: the title as a question, consequences as a list, fields, then Cancel and the verb. It closes only after the server
 * said yes. Resolves with what `send` gave, or with null when the reader backed out.
 */
export function ask({
  title,
  text,
  points = [],
  fields = [],
  action,
  busy,
  danger = false,
  stay = 'Cancel',
  extra,
  instead,
  send,
  refused,
}) {
  const id = `dialog-${++dialogs}`;
  const inputs = fields.map((field) => fieldOf(id, field));
  const cancel = el('button', { type: 'button', autofocus: inputs.length === 0 && danger }, stay);
  const other = instead && el('button', { type: 'button' }, instead.action);
  const form = el(
    'form',
    { noValidate: true },
    text ? el('p', {}, text) : null,
    points.length ? el('ul', {}, ...points.map((point) => el('li', {}, point))) : null,
    ...inputs,
    extra ?? null,
    el('footer', {}, cancel, other, el('button', { type: 'submit', className: danger ? 'primary danger' : 'primary' }, action)),
  );
  const dialog = el('dialog', { 'aria-labelledby': `${id}-title` }, el('h2', { id: `${id}-title`, className: 'break' }, title), form);
  document.body.append(dialog);
  form.querySelectorAll('[data-shows]').forEach(bindShow);
  return new Promise((resolve) => {
    let answer = null;
    bindForm(form, {
      busy,
      send,
      refused,
      done: (given) => {
        answer = { given };
        dialog.close();
      },
    });
    cancel.addEventListener('click', () => dialog.close());
    other?.addEventListener('click', () => {
      dialog.close();
      instead.open();
    });
    dialog.addEventListener('close', () => {
      dialog.remove();
      document.title = document.title.replace(/^Problem: /, '');
      resolve(answer);
    });
    dialog.showModal();
  });
}

function fieldOf(dialogId, { name, label, hint, type = 'text', autocomplete = 'off', value = '', first = true, checked = false }) {
  const id = `${dialogId}-${name}`;
  if (type === 'checkbox') return el('label', { className: 'check' }, el('input', { id, name, type, checked }), ` ${label}`);
  const describedBy = hint ? `${id}-h ${id}-e` : `${id}-e`;
  const input = el('input', { id, name, type, autocomplete, value, autofocus: first, 'aria-describedby': describedBy });
  if (type === 'password') input.dataset.required = '';
  const show = type === 'password' ? el('button', { type: 'button', 'data-shows': id }, 'Show') : null;
  return el(
    'div',
    { className: 'field' },
    el('label', { htmlFor: id }, label),
    hint ? el('p', { className: 'hint', id: `${id}-h` }, hint) : null,
    show ? el('div', { className: 'with-button' }, input, show) : input,
    el('p', { className: 'error', id: `${id}-e` }),
  );
}
