import { byId } from './dom.js';
import { home } from './host.js';
import { api, banner, bindForm, filled, recall, remember } from './pages.js';

const TITLES = {
  [home.path]: home.title,
  '/account': 'Profile',
  '/account/password': 'Password and email',
  '/account/devices': 'Where you are signed in',
  '/account/keys': 'API keys',
  '/account/activity': 'Activity',
  '/account/data': 'Your data',
  '/manage': 'Users',
  '/manage/devices': 'Devices',
  '/manage/activity': 'Activity',
};

const next = ownPath(new URLSearchParams(location.search).get('next'));
if (TITLES[next?.pathname]) {
  byId('target-name').textContent = TITLES[next.pathname];
  byId('target').hidden = false;
}
if (recall('ended')) banner('warn', 'You were signed out. If that was not you, choose a new password.');
remember('ended', null);

bindForm(byId('form'), {
  busy: 'Signing in…',
  send: ({ remember, ...entries }) => api('POST', '/auth/login', { ...filled(entries), remember: remember === 'on' }),
  done: ({ session }) => {
    if (session.needs?.includes('new-password')) return location.assign('/account/password');
    if (session.needs?.includes('confirm-email')) return location.assign('/check-mail');
    location.assign(next ? next.pathname + next.search : home.path);
  },
});

/** The page to go back to, or null: only one of our own, else the sign-in page would lead people anywhere. */
function ownPath(path) {
  if (path === null || !/^\/(?![/\\])/.test(path)) return null;
  const url = new URL(path, location.origin);
  return url.origin === location.origin ? url : null;
}
