import { byId } from './dom.js';
import { api, banner, bindForm, filled, leave, takeToken } from './pages.js';

const form = byId('form');
let token = null;

function open() {
  token = takeToken();
  form.hidden = token === null;
  banner('', '');
  if (token === null) banner('bad', 'This link is not complete. Copy the whole link from the message.');
}

window.addEventListener('hashchange', () => location.hash && open());
open();

bindForm(form, {
  busy: 'Starting…',
  send: (entries) => api('POST', '/auth/invitations/accept', { token, ...filled(entries) }),
  done: () => leave('/login', 'Your account is ready. Sign in.'),
  refused: (fault) => {
    if (fault.code !== 'USERS_INVALID_TOKEN' && !fault.fields.token) return false;
    form.hidden = true;
    banner('bad', 'This invitation does not work any more. Ask whoever invited you for a new one.');
    return true;
  },
});
