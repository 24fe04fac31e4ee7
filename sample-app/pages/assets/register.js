import { byId } from './dom.js';
import { api, bindForm, filled, leave, remember } from './pages.js';

bindForm(byId('form'), {
  busy: 'Creating your account…',
  send: async (entries) => {
    await api('POST', '/auth/register', filled(entries));
    return entries;
  },
  done: ({ email, username }) => {
    if (email === '') return leave('/login', `Your account is ready, ${username}. Sign in.`);
    remember('email', email);
    location.assign('/check-mail');
  },
  refused: (fault) => {
    if (fault.code === 'USERS_USERNAME_TAKEN') fault.fields = { username: [fault.code] };
    return false;
  },
});
