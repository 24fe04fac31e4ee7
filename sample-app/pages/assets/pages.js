// What every page shares. A module without dependencies; all texts of codes live in strings.en.js.
import { textFor } from './strings.en.js';

/** Calls the API. Resolves with the body; rejects with { status, code, fields, retryAfter }. */
export async function api(method, path, body) {
  let answer;
  let data = null;
  try {
    answer = await fetch(path, {
      method,
      credentials: 'same-origin',
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(15000),
    });
    if (answer.headers.get('content-type')?.includes('json')) data = await answer.json();
  } catch {
    throw { status: 0, code: 'OFFLINE', fields: {} };
  }
  if (answer.ok) return data;
  const retryAfter = Number(answer.headers.get('retry-after')) || 0;
  throw { status: answer.status, code: data?.code ?? `HTTP_${answer.status}`, fields: data?.fields ?? {}, retryAfter };
}

/** Shows one banner at the top of <main> (or of a dialog), gives it back, and moves the focus there when it is bad news. */
export function banner(tone, text, { place = document.querySelector('main'), list = [], after = [] } = {}) {
  place.querySelector('.banner[data-auto]')?.remove();
  if (!text) return null;
  const box = document.createElement('div');
  box.dataset.auto = '';
  box.className = `banner break ${tone}`;
  box.setAttribute('role', tone === 'bad' ? 'alert' : 'status');
  box.tabIndex = -1;
  const line = document.createElement(list.length ? 'h2' : 'p');
  line.append(text, ...after.flatMap((one) => [' ', one]));
  box.append(line);
  if (list.length) {
    const ul = document.createElement('ul');
    for (const [id, message] of list) {
      const a = Object.assign(document.createElement('a'), { href: `#${id}`, textContent: message });
      a.addEventListener('click', (event) => {
        event.preventDefault();
        document.getElementById(id).focus();
      });
      ul.appendChild(document.createElement('li')).append(a);
    }
    box.append(ul);
  }
  const heading = place.querySelector('h1, h2');
  heading ? (heading.closest('.head') ?? heading).after(box) : place.prepend(box);
  if (tone === 'bad') box.focus();
  return box;
}

/** Wires a form: one request at a time, errors at their fields, entries kept, current passwords cleared, focus led. */
export function bindForm(form, { busy, send, done, refused = () => false }) {
  const place = form.closest('dialog') ?? form.closest('main');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('[type="submit"], button:not([type])');
    if (button.getAttribute('aria-disabled') === 'true') return;
    clear();
    const label = button.textContent;
    let wait = 0;
    Object.entries({ 'aria-disabled': 'true', 'aria-busy': 'true' }).forEach(([k, v]) => button.setAttribute(k, v));
    button.textContent = busy;
    try {
      done(await send(Object.fromEntries(new FormData(form))));
    } catch (fault) {
      if (!('status' in fault)) throw fault;
      wait = fault.status === 429 ? fault.retryAfter : 0;
      show(fault);
    } finally {
      ['aria-disabled', 'aria-busy'].forEach((name) => button.removeAttribute(name));
      button.textContent = label;
      if (wait > 0) countDown(button, wait);
    }
  });
  function clear() {
    banner('', '', { place });
    for (const button of form.querySelectorAll('[data-shows]')) conceal(button);
    for (const input of form.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
    for (const line of form.querySelectorAll('.error')) line.textContent = '';
    document.title = document.title.replace(/^Problem: /, '');
  }
  function placeOf(name) {
    return [...form.elements].findIndex((input) => input.name === name);
  }
  function show(fault) {
    document.title = `Problem: ${document.title}`;
    // The API stops at the first field that is missing; the reader learns of all at once.
    const missing = (input) => 'required' in input.dataset && input.value === '' && input.closest('[hidden]') === null;
    for (const input of fault.status === 400 ? form.elements : [])
      if (missing(input) && !fault.fields[input.name]) fault.fields[input.name] = ['USERS_REQUIRED'];
    for (const password of form.querySelectorAll('[type="password"][autocomplete="current-password"]')) password.value = '';
    if (refused(fault)) return;
    const list = [];
    for (const [name, codes] of Object.entries(fault.fields).sort(([a], [b]) => placeOf(a) - placeOf(b))) {
      const input = form.elements[name];
      if (!input) continue;
      const message = textFor(codes[0], fault, name);
      input.setAttribute('aria-invalid', 'true');
      form.querySelector(`#${input.id}-e`).textContent = message;
      list.push([input.id, message]);
    }
    banner('bad', list.length ? 'There is a problem' : textFor(fault.code, fault), { place, list });
  }
}

/** Holds a button back for some seconds, and shows how many. The count is not announced each second. */
export function countDown(button, seconds) {
  const label = button.textContent;
  const until = Date.now() + seconds * 1000;
  button.setAttribute('aria-disabled', 'true');
  const tick = () => {
    const left = Math.ceil((until - Date.now()) / 1000);
    button.textContent = left > 0 ? `${label} (${left})` : label;
    if (left > 0) return setTimeout(tick, 1000);
    button.removeAttribute('aria-disabled');
  };
  tick();
}

/** Entries that were filled in: to the API an empty string is not absence. */
export function filled(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== ''));
}

/** A mailed token out of the fragment, which leaves the address and the history at once. */
export function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash) history.replaceState(null, '', location.pathname);
  return token;
}

/** Goes to another page, which says `text` in a banner. */
export function leave(path, text) {
  remember('notice', text);
  location.assign(path);
}

/** Shows what the page before wanted to be said here. */
export function takeNotice() {
  const text = recall('notice');
  if (text) banner('ok', text);
  remember('notice', null);
}

/** Keeps a word for this tab. Storage may be closed to us: then it is forgotten, and nothing else happens. */
export function remember(name, value) {
  try {
    value === null ? sessionStorage.removeItem(name) : sessionStorage.setItem(name, value);
  } catch {
    // Forgotten.
  }
}

export function recall(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Wires a button that shows and hides the password in the field named by `data-shows`. */
export function bindShow(button) {
  const input = document.getElementById(button.dataset.shows);
  const status = Object.assign(document.createElement('span'), { className: 'sr' });
  status.setAttribute('role', 'status');
  button.after(status);
  button.setAttribute('aria-controls', input.id);
  button.setAttribute('aria-label', 'Show password');
  button.addEventListener('click', () => {
    if (input.type === 'text') return conceal(button);
    input.type = 'text';
    button.textContent = 'Hide';
    button.setAttribute('aria-label', 'Hide password');
    status.textContent = 'Your password is visible';
  });
}

function conceal(button) {
  const input = document.getElementById(button.dataset.shows);
  if (input.type === 'password') return;
  input.type = 'password';
  button.textContent = 'Show';
  button.setAttribute('aria-label', 'Show password');
  button.nextElementSibling.textContent = 'Your password is hidden';
}

for (const button of document.querySelectorAll('[data-shows]')) bindShow(button);
if (document.documentElement.hasAttribute('data-development')) {
  for (const part of document.querySelectorAll('[data-development-only]')) part.hidden = false;
}
