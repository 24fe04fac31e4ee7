// The frame of every page: who is signed in, the menu, the theme, and what happens when the sign-in ends in the middle of work.
import { ask, byId, el, nameOf } from './dom.js';
import { api, banner, leave, takeNotice } from './pages.js';
import { textFor } from './strings.en.js';

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Reads, and reads again at 5, 10 and 20 s while the server is busy. */
export async function read(path, delays = [5, 10, 20]) {
  try {
    return await api('GET', path);
  } catch (fault) {
    if (fault.status !== 503 || delays.length === 0) throw fault;
    banner('warn', `The server is busy or its database does not answer. You are still signed in. Trying again in ${delays[0]} seconds.`);
    await pause(delays[0]);
    const answer = await read(path, delays.slice(1));
    banner('', '');
    return answer;
  }
}

/** Who is here, asked once for each page: `{ user, session }`, both null for a visitor. */
export const arrival = read('/auth/session');
arrival.then(fillHeader, () => {});

/** Who is signed in. A visitor goes to the sign-in page and comes back; whoever may not see the page is told so. */
export async function signedIn({ admin = false } = {}) {
  let here;
  try {
    here = await arrival;
  } catch (fault) {
    trouble(fault);
    return new Promise(() => {});
  }
  const { user, session } = here;
  if (user === null) return away(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (session.needs?.includes('new-password') && location.pathname !== '/account/password') return away('/account/password');
  if (session.needs?.includes('confirm-email')) return away('/check-mail');
  if (admin && !user.isAdmin) return refuse();
  return { user, session };
}

/** Calls the API; when the sign-in has ended meanwhile, or is too old, asks for the password here and goes on with the same request. */
export async function call(method, path, body) {
  try {
    return await (method === 'GET' ? read(path) : api(method, path, body));
  } catch (fault) {
    const question = questionFor(fault);
    if (question === null || (await ask(await question())) === null) throw fault;
    return call(method, path, body);
  }
}

function questionFor(fault) {
  if (fault.status === 401) return signInAgain;
  return fault.code === 'USERS_REAUTHENTICATION_REQUIRED' ? confirmItIsYou : null;
}

const PASSWORD = { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' };

async function signInAgain() {
  const { user } = await arrival;
  return {
    title: 'You were signed out',
    text: `Sign in as ${nameOf(user)} to go on. What you typed is still here.`,
    fields: [PASSWORD],
    action: 'Sign in',
    busy: 'Signing in…',
    extra: el('p', {}, 'Someone else? ', el('a', { href: '/login' }, 'Go to the sign-in page')),
    send: ({ password }) => api('POST', '/auth/login', { login: user.username ?? user.email, password }),
  };
}

async function confirmItIsYou() {
  return {
    title: 'Confirm it’s you',
    text: 'You are changing something important, so we ask again.',
    fields: [PASSWORD],
    action: 'Confirm',
    busy: 'Confirming…',
    send: ({ password }) => api('POST', '/auth/reauthenticate', { password }),
    refused: ownPasswordWrong,
  };
}

/** Says at the field that the own password is wrong. */
export function ownPasswordWrong(fault) {
  if (fault.code === 'USERS_WRONG_PASSWORD') fault.fields = { password: [fault.code], oldPassword: [fault.code] };
  return false;
}

function away(path) {
  location.replace(path);
  return new Promise(() => {});
}

/** The page for whoever may not see this one. */
function refuse() {
  document.title = 'Not for your account – Notes';
  const heading = el('h1', { tabIndex: -1 }, 'This page is not for your account.');
  const main = byId('main');
  main.className = 'page page-narrow stack';
  main.replaceChildren(
    heading,
    el('p', {}, 'Ask an administrator of Notes if you need it.'),
    el('p', {}, el('a', { href: '/app', className: 'button' }, 'Back to my notes')),
  );
  heading.focus();
  return new Promise(() => {});
}

/** Says on the page why it could not be filled. */
export function trouble(fault) {
  if (!('status' in fault)) throw fault;
  banner('bad', textFor(fault.code, fault), { after: [tryAgain()] });
}

function tryAgain() {
  const button = el('button', { type: 'button', className: 'compact' }, 'Try again');
  button.addEventListener('click', () => location.reload());
  return button;
}

function fillHeader({ user }) {
  if (user === null) return;
  byId('who').textContent = nameOf(user);
  byId('nav').hidden = byId('menu').hidden = false;
  byId('nav-manage').hidden = !user.isAdmin;
}

takeNotice();

for (const link of document.querySelectorAll('.nav a')) {
  const path = link.getAttribute('href');
  const section = !link.closest('.nav-side') && location.pathname.startsWith(`${path}/`);
  if (path === location.pathname) link.setAttribute('aria-current', 'page');
  else if (section) link.setAttribute('aria-current', 'true');
}

byId('sign-out').addEventListener('click', async () => {
  try {
    await api('POST', '/auth/logout');
    leave('/login', 'You are signed out.');
  } catch (fault) {
    banner('bad', textFor(fault.code, fault));
  }
});

const THEMES = ['system', 'light', 'dark'];
const theme = byId('theme');
const themeNow = () => document.documentElement.dataset.theme ?? 'system';
const sayTheme = () => (theme.textContent = `Theme: ${themeNow()}`);
theme.addEventListener('click', () => {
  const next = THEMES[(THEMES.indexOf(themeNow()) + 1) % THEMES.length];
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem('theme', next);
  } catch {
    // It holds for this page.
  }
  sayTheme();
});
sayTheme();

const menu = byId('menu');
menu.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape' || !menu.open) return;
  menu.open = false;
  menu.querySelector('summary').focus();
});
menu.addEventListener('focusout', (event) => {
  if (event.relatedTarget !== null && !menu.contains(event.relatedTarget)) menu.open = false;
});
document.addEventListener('pointerdown', (event) => {
  if (!menu.contains(event.target)) menu.open = false;
});
