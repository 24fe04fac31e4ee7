import { ask, byId, day, el } from './dom.js';
import { api, banner, bindForm } from './pages.js';
import { call, signedIn } from './shell.js';
import { textFor } from './strings.en.js';

const form = byId('form');
const { user } = await signedIn();
show(user);
form.elements.displayName.value = user.displayName ?? '';
form.elements.company.value = user.company ?? '';
form.hidden = byId('facts').hidden = false;

bindForm(form, {
  busy: 'Saving…',
  send: ({ displayName, company }) => call('PATCH', '/auth/me', { displayName: displayName || null, company }),
  done: ({ user: saved }) => {
    show(saved);
    banner('ok', 'Saved.');
  },
});

byId('change-username').addEventListener('click', async () => {
  const answer = await ask({
    title: 'Change your username?',
    text: 'Others see it. You sign in with the new one from now on.',
    fields: [{ name: 'username', label: 'New username', autocomplete: 'username', value: user.username ?? '' }],
    action: 'Change username',
    busy: 'Changing…',
    send: ({ username }) => call('POST', '/auth/username', { username }),
    refused: (fault) => {
      if (fault.code === 'USERS_USERNAME_TAKEN') fault.fields = { username: [fault.code] };
      return false;
    },
  });
  if (answer === null) return;
  show(answer.given.user);
  banner('ok', 'Your username is changed.');
});

function show({ username, email, emailConfirmedAt, createdAt }) {
  user.username = username;
  byId('username').textContent = username ?? 'none';
  byId('email').textContent = email === null ? 'none' : `${email} · ${emailConfirmedAt === null ? 'not confirmed' : 'confirmed'}`;
  byId('since').textContent = day(createdAt);
  if (email !== null && emailConfirmedAt === null) warn(email);
}

function warn(email) {
  const again = el('button', { type: 'button', className: 'compact' }, 'Send the message again');
  again.addEventListener('click', async () => {
    try {
      await api('POST', '/auth/email/confirm/request', { email });
      banner('ok', 'Sent. Look in the spam folder too.');
    } catch (fault) {
      banner('bad', textFor(fault.code, fault));
    }
  });
  banner('warn', 'Your email is not confirmed yet.', { after: [again] });
}
