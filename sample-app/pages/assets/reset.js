import { byId } from './dom.js';
import { api, banner, bindForm, filled, leave, recall, takeToken } from './pages.js';

const form = byId('form');
let token = null;

function open() {
  token = takeToken();
  form.hidden = token === null;
  byId('again').hidden = true;
  banner('', '');
  if (token === null) banner('bad', 'This link is not complete. Copy the whole link from the message.');
}

window.addEventListener('hashchange', () => location.hash && open());
open();
byId('account-name').value = recall('email') ?? '';

bindForm(form, {
  busy: 'Saving…',
  send: (entries) => api('POST', '/auth/password/reset/confirm', { token, ...filled(entries) }),
  done: () => leave('/login', 'Your password is changed. Sign in with the new one.'),
  refused: (fault) => {
    if (fault.code === 'USERS_INVALID_TOKEN' || fault.fields.token) {
      form.hidden = true;
      byId('again').hidden = false;
      banner('bad', 'This link does not work any more. Links work once, for one hour, and only the newest one.');
      return true;
    }
    if (fault.fields.password) fault.fields.newPassword = fault.fields.password;
    return false;
  },
});
