import { byId } from './dom.js';
import { api, banner, bindForm, recall, takeToken } from './pages.js';
import { arrival } from './shell.js';

const form = byId('form');
let token = null;

function open() {
  token = takeToken();
  form.hidden = token === null;
  byId('done').hidden = byId('again').hidden = true;
  banner('', '');
  if (token === null) banner('bad', 'This link is not complete. Copy the whole link from the message.');
}

// The same page may be open when the next link is pressed: then only the fragment changes.
window.addEventListener('hashchange', () => location.hash && open());
open();

const email = recall('email');
if (email) form.querySelector('button').textContent = `Confirm ${email}`;

bindForm(form, {
  busy: 'Confirming…',
  send: () => api('POST', '/auth/email/confirm', { token }),
  done: async () => {
    form.hidden = true;
    byId('done').hidden = false;
    banner('ok', 'Your email is confirmed.');
    document.querySelector('h1').focus();
    const { user } = await arrival;
    if (user !== null) Object.assign(byId('go-on'), { href: '/account', textContent: 'Continue' });
  },
  refused: (fault) => {
    if (fault.code !== 'USERS_INVALID_TOKEN' && fault.code !== 'USERS_INVALID_INPUT') return false;
    form.hidden = true;
    byId('again').hidden = false;
    banner('bad', 'This link does not work: it is older than 12 hours, or a newer one has replaced it. We can send a new one.');
    return true;
  },
});
