import { byId } from './dom.js';
import { api, banner, bindForm, countDown, recall, remember } from './pages.js';

const form = byId('form');
const button = form.querySelector('button');
const known = recall('email');
if (known) {
  show(known);
  countDown(button, 30);
}

bindForm(form, {
  busy: 'Sending…',
  send: async ({ email }) => {
    await api('POST', '/auth/email/confirm/request', { email });
    return email;
  },
  done: (email) => {
    remember('email', email);
    banner('ok', `${byId('known').hidden ? 'Sent' : 'Sent again'}. Look in the spam folder too.`);
    // After the form has given the button its words back.
    setTimeout(() => {
      show(email);
      countDown(button, 30);
    });
  },
});

function show(email) {
  byId('address').textContent = email;
  byId('known').hidden = false;
  byId('unknown').hidden = byId('email-field').hidden = true;
  byId('email').value = email;
  button.textContent = 'Send it again';
}
