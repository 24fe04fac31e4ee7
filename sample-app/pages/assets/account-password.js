import { acting, ask, byId } from './dom.js';
import { banner, bindForm, filled, leave } from './pages.js';
import { call, ownPasswordWrong, signedIn } from './shell.js';

const form = byId('password-form');
const { user, session } = await signedIn();
const needed = session.needs?.includes('new-password') ?? false;
byId('account-name').value = user.username ?? user.email ?? '';
byId('email').textContent =
  user.email === null ? 'none' : `${user.email} · ${user.emailConfirmedAt === null ? 'not confirmed' : 'confirmed'}`;
byId('old').hidden = needed;
byId('email-card').hidden = needed;
form.hidden = false;
if (needed) byId('title').textContent = 'Choose a new password to go on';

bindForm(form, {
  busy: 'Saving…',
  send: ({ oldPassword, newPassword }) =>
    needed
      ? call('POST', '/auth/password/set', filled({ newPassword }))
      : call('POST', '/auth/password/change', filled({ oldPassword, newPassword })),
  done: () => {
    form.reset();
    if (needed) return leave('/app', 'Your password is changed.');
    banner('ok', 'Your password is changed. Your other devices were signed out.');
  },
  refused: (fault) => {
    if (fault.fields.password) fault.fields.newPassword = fault.fields.password;
    return ownPasswordWrong(fault);
  },
});

byId('change-email').addEventListener('click', async () => {
  const answer = await ask({
    title: 'Change your email?',
    text: 'We send a link to the new address. Until you open it, the old one stays. The old address gets a note.',
    fields: [
      { name: 'email', label: 'New email', type: 'email', autocomplete: 'email' },
      { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', first: false },
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
  byId('waiting-text').textContent = `Waiting for you to open the link sent to ${answer.given}.`;
  byId('waiting').hidden = false;
  byId('cancel-change').focus();
});

acting(byId('cancel-change'), async () => {
  await call('DELETE', '/auth/email/change');
  byId('waiting').hidden = true;
  banner('ok', 'The change is cancelled. Your email stays as it is.');
  byId('change-email').focus();
});
