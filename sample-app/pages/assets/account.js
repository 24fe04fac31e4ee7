import { acting, ask, byId, day } from './dom.js';
import { inputFor, valuesOf } from './fields.js';
import { ownFields } from './host.js';
import { api, banner, bindForm } from './pages.js';
import { call, signedIn, takenName } from './shell.js';
import { emailInWords } from './users.js';

const form = byId('form');
const { user } = await signedIn();
show(user);
// A banner of its own: what the page before wanted to be said here must stay.
byId('unconfirmed').hidden = user.email === null || user.emailConfirmedAt !== null;
form.elements.displayName.value = user.displayName ?? '';
byId('own-fields').append(...ownFields.map((field) => inputFor(field, user[field.name])));
form.hidden = byId('facts').hidden = false;

bindForm(form, {
  busy: 'Saving…',
  send: ({ displayName, ...own }) => call('PATCH', '/auth/me', { displayName: displayName || null, ...valuesOf(ownFields, own) }),
  done: ({ user: saved }) => {
    show(saved);
    banner('ok', 'Saved.');
    document.querySelector('h1').scrollIntoView({ block: 'nearest' });
  },
});

acting(byId('send-again'), async () => {
  await api('POST', '/auth/email/confirm/request', { email: user.email });
  banner('ok', 'Sent. Look in the spam folder too.');
});

byId('change-username').addEventListener('click', async () => {
  const answer = await ask({
    title: 'Change your username?',
    text: 'Others see it. You sign in with the new one from now on.',
    fields: [
      { name: 'username', label: 'New username', hint: 'Letters, digits, dots.', autocomplete: 'username', value: user.username ?? '' },
    ],
    action: 'Change the username',
    busy: 'Changing…',
    send: ({ username }) => call('POST', '/auth/username', { username }),
    refused: takenName,
  });
  if (answer === null) return;
  show(answer.given.user);
  banner('ok', 'Your username is changed.');
});

function show(now) {
  user.username = now.username;
  byId('username').textContent = now.username ?? 'none';
  byId('email').textContent = emailInWords(now);
  byId('since').textContent = day(now.createdAt);
}
