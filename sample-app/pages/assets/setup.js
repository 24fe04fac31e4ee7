import { byId } from './dom.js';
import { home } from './host.js';
import { api, bindForm, filled } from './pages.js';

const form = byId('form');
const { open } = await api('GET', '/setup/state').catch(() => ({ open: false }));
form.hidden = !open;
byId('used').hidden = open;

bindForm(form, {
  busy: 'Creating the administrator…',
  send: async (entries) => {
    await api('POST', '/setup/first-administrator', filled(entries));
    await api('POST', '/auth/login', { email: entries.email, password: entries.password, remember: true });
  },
  done: () => location.assign(home.path),
  refused: (fault) => {
    if (fault.code !== 'USERS_REGISTRATION_CLOSED') return false;
    form.hidden = true;
    byId('used').hidden = false;
    byId('used').querySelector('a').focus();
    return true;
  },
});
