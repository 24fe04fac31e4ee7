import { byId } from './dom.js';
import { home } from './host.js';
import { api, banner, bindForm, filled, takeToken } from './pages.js';

const form = byId('form');
// From the link in the log; without one the page is open in development, at this machine.
const token = takeToken();
const { open } = token !== null ? { open: true } : await api('GET', '/setup/state').catch(() => ({ open: false }));
form.hidden = !open;
byId('used').hidden = open;

bindForm(form, {
  busy: 'Creating the administrator…',
  send: async (entries) => {
    if (token === null) await api('POST', '/setup/first-administrator', filled(entries));
    else await api('POST', '/auth/first-admin', { token, ...filled(entries) });
    await api('POST', '/auth/login', { email: entries.email, password: entries.password, remember: true });
  },
  done: () => location.assign(home.path),
  refused: (fault) => {
    if (token !== null && (fault.code === 'USERS_INVALID_TOKEN' || fault.fields.token)) {
      form.hidden = true;
      banner('bad', 'This link is too old. Restart the server to get a new one.');
      return true;
    }
    if (fault.code !== 'USERS_REGISTRATION_CLOSED') return false;
    form.hidden = true;
    byId('used').hidden = false;
    byId('used').querySelector('a').focus();
    return true;
  },
});
