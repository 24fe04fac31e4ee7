// The frame of every page: who is signed in, the menu, the theme, and what happens when the sign-in ends in the middle of work.
import { appName, ask, bindMenu, byId, el, entitle, nameOf, tryAgain } from './dom.js';
import { home, manageLinks } from './host.js';
import { api, banner, filled, leave, recall, remember, takeNotice } from './pages.js';
import { textFor } from './strings.en.js';

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Reads, and reads again at 5, 10 and 20 s while the server is busy. */
export async function read(path, delays = [5, 10, 20]) {
  try {
    return await api('GET', path);
  } catch (fault) {
    if (fault.status !== 503 || delays.length === 0) throw fault;
    const box = banner(
      'warn',
      `The server is busy or its database does not answer. You are still signed in. Trying again in ${delays[0]} seconds.`,
    );
    await pause(delays[0]);
    const answer = await read(path, delays.slice(1));
    // Only this one: what was said meanwhile stays.
    box.remove();
    return answer;
  }
}

/** Who is here, asked once for each page: `{ user, session }`, both null for a visitor. */
export const arrival = read('/auth/session');
/** What the reader may do to other accounts, as the server tells it: nobody without any permission is asked about. */
const rights = arrival.then(({ permissions = [] }) => (permissions.length === 0 ? [] : rightsOf()));
arrival.then(fillHeader, () => {});
// Most never act in another's name: they need not load what it takes.
arrival.then(
  async (here) => here.session?.actor && (await import('./acting-bar.js')).showActing(here),
  () => {},
);
rights.then(showManage, () => {});

async function rightsOf() {
  try {
    return (await read('/admin/me')).can;
  } catch (fault) {
    if (fault.status === 403) return [];
    throw fault;
  }
}

/**
 * Who is signed in, and what he `can` do to others. A visitor goes to the sign-in page and comes back; whoever may not see the page is
 * told so: one for those who have a `right` to it, or for administrators alone.
 */
export async function signedIn({ admin = false, right } = {}) {
  let here;
  let may;
  try {
    here = await arrival;
    may = await rights;
  } catch (fault) {
    return fault.status === 503 ? outage() : stop(fault);
  }
  const { user, session } = here;
  if (user === null) return toSignIn();
  remember('was-here', 'yes');
  if (session.needs?.includes('new-password') && location.pathname !== '/account/password') return away('/account/password');
  if (session.needs?.includes('confirm-email')) return away('/check-mail');
  if ((admin && !user.isAdmin) || (right && !may.includes(right))) return refuse();
  return { user, session, can: (name) => may.includes(name) };
}

/** The sign-in page leads back here; whoever was signed in when he was last here learns that he no longer is. */
function toSignIn() {
  if (recall('was-here')) remember('ended', 'yes');
  remember('was-here', null);
  return away(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/**
 * Calls the API; when the sign-in has ended meanwhile, or is too old, asks for the password here and goes on with the same request.
 * `confirms: false` for who has no password to be asked for.
 */
export async function call(method, path, body, { confirms = true } = {}) {
  try {
    if (method === 'GET') return await read(path);
    await stillMe();
    return await api(method, path, body);
  } catch (fault) {
    if (fault.status === 401 && (await arrival).session.actor) return toSignIn();
    const question = questionFor(fault, confirms);
    if (question === null || (await ask(await question())) === null) throw fault;
    return call(method, path, body, { confirms });
  }
}

/** Another tab may have signed out, or signed in as somebody else: then nothing of this page may be sent under that name. */
async function stillMe() {
  const [{ user: before }, { user: now }] = await Promise.all([arrival, api('GET', '/auth/session')]);
  if (now === null) throw { status: 401, code: 'USERS_UNAUTHENTICATED', fields: {} };
  if (now.id !== before.id) await asAnother(now);
}

/** This page was another person's: it starts anew. */
function asAnother(user) {
  remember('notice', `You are signed in as ${nameOf(user)} now. Nothing was sent.`);
  location.reload();
  return new Promise(() => {});
}

function questionFor(fault, confirms) {
  if (fault.status === 401) return signInAgain;
  return confirms && fault.code === 'USERS_REAUTHENTICATION_REQUIRED' ? confirmItIsYou : null;
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
    send: ({ password }) => api('POST', '/auth/login', { ...loginOf(user), ...filled({ password }), remember: true }),
  };
}

function loginOf({ username, email }) {
  return email === null ? { username } : { email };
}

async function confirmItIsYou() {
  return {
    title: 'Confirm it’s you',
    text: 'You are changing something important, so we ask again.',
    fields: [PASSWORD],
    action: 'Confirm',
    busy: 'Confirming…',
    send: (entries) => api('POST', '/auth/reauthenticate', filled(entries)),
    refused: ownPasswordWrong,
  };
}

/** Says at the field that the own password is wrong. */
export function ownPasswordWrong(fault) {
  if (fault.code === 'USERS_WRONG_PASSWORD') fault.fields = { password: [fault.code], oldPassword: [fault.code] };
  return false;
}

/** Says at its field that a name is another's. */
export function takenName(fault) {
  if (fault.code === 'USERS_USERNAME_TAKEN') fault.fields = { username: [fault.code] };
  return false;
}

export function takenEmail(fault) {
  if (fault.code === 'USERS_EMAIL_TAKEN') fault.fields = { email: [fault.code] };
  return false;
}

function away(path) {
  location.replace(path);
  return new Promise(() => {});
}

/** The page for whoever may not see this one. */
function refuse() {
  return instead(
    'This page is not for your account.',
    el('p', {}, `Ask an administrator of ${appName} if you need it.`),
    el('p', {}, el('a', { href: home.path, className: 'button' }, 'Back')),
  );
}

/** The page for when nothing can be shown. */
function outage() {
  return instead('We will be right back.', el('p', {}, 'The database does not answer. You are still signed in.'), el('p', {}, tryAgain()));
}

/** Shows this in place of the page. */
function instead(title, ...parts) {
  entitle(title.replace(/\.$/, ''));
  const heading = el('h1', { tabIndex: -1 }, title);
  const main = byId('main');
  main.className = 'page page-narrow stack';
  main.replaceChildren(heading, ...parts);
  heading.focus();
  return new Promise(() => {});
}

function stop(fault) {
  trouble(fault);
  return new Promise(() => {});
}

/** Says on the page why it could not be filled. */
export function trouble(fault) {
  if (!('status' in fault)) throw fault;
  if (fault.status === 401) return toSignIn();
  banner('bad', textFor(fault.code, fault), { after: [tryAgain()] });
}

function fillHeader({ user }) {
  if (user === null) return;
  byId('who').textContent = nameOf(user);
  byId('nav').hidden = byId('menu').hidden = false;
}

/** Where the administration begins for whoever may see only a part of it. */
const MANAGE = [
  ['users.read', '/manage'],
  ['sessions.read', '/manage/devices'],
  ['sessions.blackout', '/manage/everyone'],
];

function showManage(may) {
  const first = MANAGE.find(([right]) => may.includes(right));
  if (first) byId('nav-manage').href = first[1];
  byId('nav-manage').hidden = first === undefined;
}

/** Of the pages beside this one only those that would open. They keep their place until the server has told. */
async function showEntries() {
  const [{ user }, may] = await Promise.all([arrival, rights]);
  for (const entry of document.querySelectorAll('[data-right]')) {
    const { right } = entry.dataset;
    entry.hidden = !(right === 'admin' ? user?.isAdmin : may.includes(right));
    entry.removeAttribute('data-right');
  }
}

takeNotice();

// What the browser kept of a page must not come back after a sign-out.
window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload());

for (const { path, title, right } of manageLinks)
  document.querySelector('.nav-side[aria-label="Manage"]')?.append(el('a', { href: path, 'data-right': right }, title));
showEntries().catch(() => {});

for (const nav of document.querySelectorAll('.nav')) {
  const above = [...nav.querySelectorAll('a')].filter(({ pathname }) => `${location.pathname}/`.startsWith(`${pathname}/`));
  const nearest = above.sort((a, b) => b.pathname.length - a.pathname.length)[0];
  nearest?.setAttribute('aria-current', nearest.pathname === location.pathname ? 'page' : 'true');
}

byId('sign-out').addEventListener('click', async () => {
  try {
    await api('POST', '/auth/logout');
    for (const name of ['was-here', 'email']) remember(name, null);
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

bindMenu(byId('menu'));
