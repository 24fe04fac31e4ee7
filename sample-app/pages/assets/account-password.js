import { acting, ask, byId, day } from './dom.js';
import { devicesInWords, wereSignedOut } from './devices.js';
import { home } from './host.js';
import { api, banner, bindForm, filled, leave } from './pages.js';
import { call, ownPasswordWrong, signedIn, trouble } from './shell.js';
import { emailInWords } from './users.js';

const form = byId('password-form');
const { user, session } = await signedIn();
/** What this form does: `change` by the old password, `set` the first one, or `need` another one before anything else. */
let mode = session.needs?.includes('new-password') ? 'need' : 'change';
if (mode !== 'need') await know().catch(unlessActing);
byId('account-name').value = user.email ?? user.username ?? '';
byId('email').textContent = emailInWords(user);
show();
if (location.hash === '#email-card') byId('email-card').scrollIntoView();

/** Since when there is a password, and which change of address waits. */
async function know() {
  const { passwordChangedAt, emailChange } = await call('GET', '/auth/me/credentials');
  mode = passwordChangedAt === null ? 'set' : 'change';
  if (passwordChangedAt !== null) byId('changed-at').textContent = day(passwordChangedAt);
  waiting(emailChange);
}

/** Who acts in another's name is not told, and need not be: what this page does is closed to him, and says so when he tries. */
function unlessActing(fault) {
  if (fault.code !== 'USERS_ACTING') trouble(fault);
}

function show() {
  byId('old').hidden = byId('others').hidden = mode !== 'change';
  byId('last-changed').hidden = mode !== 'change' || byId('changed-at').textContent === '';
  byId('email-card').hidden = mode === 'need';
  byId('change-email-h').hidden = mode !== 'set';
  if (session.actor === null) byId('change-email').setAttribute('aria-disabled', String(mode === 'set'));
  if (mode === 'need') byId('title').textContent = 'Choose a new password to go on';
  byId('password-title').textContent = mode === 'set' ? 'Set a password' : 'Password';
  byId('save').textContent = mode === 'set' ? 'Set the password' : 'Change password';
  form.hidden = false;
}

const ACTS = {
  need: async ({ newPassword }) => {
    await call('POST', '/auth/password/set', filled({ newPassword }));
    leave(home.path, 'Your password is changed.');
    return new Promise(() => {});
  },
  set: async ({ newPassword }) => {
    await call('POST', '/auth/password/set', filled({ newPassword }), { confirms: false });
    return 'Your password is set. You can sign in with it from now on.';
  },
  change: async ({ oldPassword, newPassword, endOthers }) => {
    const { items } = await api('GET', '/auth/sessions').catch(() => ({ items: [] }));
    const others = endOthers === 'on' ? items.length - 1 : 0;
    await call('POST', '/auth/password/change', { ...filled({ oldPassword, newPassword }), endOthers: endOthers === 'on' });
    return `Your password is changed.${others > 0 ? ` ${wereSignedOut(devicesInWords(others, 'other '), others)}` : ''}`;
  },
};

bindForm(form, {
  busy: 'Saving…',
  send: (entries) => ACTS[mode](entries),
  done: (words) => {
    form.reset();
    // After the form has given the button its words back. A new password ends a change of address that waits.
    setTimeout(async () => {
      await know().catch(unlessActing);
      show();
      banner('ok', words);
      byId('title').scrollIntoView({ block: 'nearest' });
    });
  },
  refused: (fault) => {
    if (fault.fields.password) fault.fields.newPassword = fault.fields.password;
    return ownPasswordWrong(fault);
  },
});

byId('change-email').addEventListener('click', () => mode === 'change' && change(''));
byId('send-again').addEventListener('click', () => change(byId('waiting-for').textContent));

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
  await know().catch(unlessActing);
  banner('ok', `A link is on its way to ${answer.given}.`);
}

acting(byId('cancel-change'), async () => {
  await call('DELETE', '/auth/email/change');
  waiting(null);
  banner('ok', 'The change is cancelled. Your email stays as it is.');
  byId('change-email').focus();
});

function waiting(change) {
  byId('waiting').hidden = change === null;
  byId('waiting-for').textContent = change?.email ?? '';
}
