import { acting, ask, byId } from './dom.js';
import { devicesInWords, wereSignedOut } from './devices.js';
import { home } from './host.js';
import { api, banner, bindForm, filled, leave, recall, remember } from './pages.js';
import { call, ownPasswordWrong, signedIn } from './shell.js';
import { emailInWords } from './users.js';

const form = byId('password-form');
const { user, session } = await signedIn();
const needed = session.needs?.includes('new-password') ?? false;
byId('account-name').value = user.email ?? user.username ?? '';
byId('email').textContent = emailInWords(user);
byId('old').hidden = needed;
byId('email-card').hidden = needed;
form.hidden = false;
if (needed) byId('title').textContent = 'Choose a new password to go on';
if (location.hash === '#email-card') byId('email-card').scrollIntoView();
waiting(recall('email-change'));

bindForm(form, {
  busy: 'Saving…',
  send: async ({ oldPassword, newPassword }) => {
    if (needed) return call('POST', '/auth/password/set', filled({ newPassword }));
    const { items } = await api('GET', '/auth/sessions').catch(() => ({ items: [] }));
    await call('POST', '/auth/password/change', filled({ oldPassword, newPassword }));
    return items.length - 1;
  },
  done: (others) => {
    form.reset();
    if (needed) return leave(home.path, 'Your password is changed.');
    banner(
      'ok',
      others > 0
        ? `Your password is changed. ${wereSignedOut(`${devicesInWords(others, 'other ')}`, others)}`
        : 'Your password is changed.',
    );
    byId('title').scrollIntoView({ block: 'nearest' });
  },
  refused: (fault) => {
    if (fault.fields.password) fault.fields.newPassword = fault.fields.password;
    return ownPasswordWrong(fault);
  },
});

byId('change-email').addEventListener('click', () => change(''));
byId('send-again').addEventListener('click', () => change(recall('email-change') ?? ''));

async function change(value) {
  const answer = await ask({
    title: 'Change your email?',
    text: 'We send a link to the new address. Until you open it, the old one stays. The old address gets a note.',
    fields: [
      { name: 'email', label: 'New email', type: 'email', autocomplete: 'email', value, first: value === '' },
      { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', first: value !== '' },
    ],
    action: 'Send the link',
    busy: 'Sending…',
    send: async (entries) => {
      await call('POST', '/auth/email/change', filled(entries));
      return entries.email;
    },
    refused: ownPasswordWrong,
  });
  if (answer === null) return;
  remember('email-change', answer.given);
  waiting(answer.given);
  banner('ok', `A link is on its way to ${answer.given}.`);
}

acting(byId('cancel-change'), async () => {
  await call('DELETE', '/auth/email/change');
  remember('email-change', null);
  waiting(null);
  banner('ok', 'The change is cancelled. Your email stays as it is.');
  byId('change-email').focus();
});

/** What waits is known to this tab alone: the API does not tell it. */
function waiting(email) {
  if (email === user.email) remember('email-change', null);
  byId('waiting').hidden = email === null || email === user.email;
  byId('waiting-for').textContent = email ?? '';
}
