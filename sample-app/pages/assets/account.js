import { ask, byId, day, el } from './dom.js';
import { api, banner, bindForm } from './pages.js';
import { call, signedIn, takenName } from './shell.js';
import { textFor } from './strings.en.js';
import { emailInWords } from './users.js';

const form = byId('form');
const { user } = await signedIn();
show(user);
if (user.email !== null && user.emailConfirmedAt === null) warn();
form.elements.displayName.value = user.displayName ?? '';
form.elements.company.value = user.company ?? '';
form.hidden = byId('facts').hidden = false;

bindForm(form, {
  busy: 'Saving…',
  send: ({ displayName, company }) => call('PATCH', '/auth/me', { displayName: displayName || null, company }),
  done: ({ user: saved }) => {
    show(saved);
    banner('ok', 'Saved.');
    document.querySelector('h1').scrollIntoView({ block: 'nearest' });
  },
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

function warn() {
  const again = el('button', { type: 'button', className: 'compact' }, 'Send the message again');
  again.addEventListener('click', async () => {
    try {
      await api('POST', '/auth/email/confirm/request', { email: user.email });
      banner('ok', 'Sent. Look in the spam folder too.');
    } catch (fault) {
      banner('bad', textFor(fault.code, fault));
    }
  });
  banner('warn', 'Your email is not confirmed yet.', { after: [again] });
}
