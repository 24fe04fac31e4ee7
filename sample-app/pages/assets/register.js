import { appName, byId } from './dom.js';
import { inputFor, valuesOf } from './fields.js';
import { ownFields } from './host.js';
import { api, banner, bindForm, filled, leave, remember } from './pages.js';

byId('own-fields').append(...ownFields.map((field) => inputFor(field)));

bindForm(byId('form'), {
  busy: 'Creating your account…',
  send: async (entries) => {
    await api('POST', '/auth/register', { ...filled(entries), ...filled(valuesOf(ownFields, entries)) });
    return entries;
  },
  done: ({ email, username }) => {
    if (email === '') return leave('/login', `Your account is ready, ${username}. Sign in.`);
    remember('email', email);
    location.assign('/check-mail');
  },
  refused: (fault) => {
    // Either name would do for the API; here it is the email that one expects.
    const { username, ...others } = fault.fields;
    if (username?.[0] === 'USERS_REQUIRED') fault.fields = { ...others, email: username };
    if (fault.code === 'USERS_USERNAME_TAKEN') fault.fields = { username: [fault.code] };
    if (fault.code !== 'USERS_REGISTRATION_CLOSED') return false;
    byId('form').hidden = true;
    banner('bad', `New accounts are made by an administrator of ${appName}. Ask for an invitation.`);
    return true;
  },
});
