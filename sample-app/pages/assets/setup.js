import { byId } from './dom.js';
import { home } from './host.js';
import { api, banner, bindForm, filled, takeToken } from './pages.js';
import { read, trouble } from './shell.js';

const form = byId('form');
/** From the link in the log; without one the page is open in development, at this machine. */
let token = null;

async function open() {
  token = takeToken();
  banner('', '');
  const { state } = await read('/setup/state');
  show(state === 'link' && token !== null ? 'open' : state);
}

function show(state) {
  form.hidden = byId('lead').hidden = state !== 'open';
  byId('closed').hidden = state !== 'link';
  byId('used').hidden = state !== 'used';
}

// The same page may be open when the link is pressed: then only the fragment changes.
window.addEventListener('hashchange', () => location.hash && open().catch(trouble));
await open().catch(trouble);

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
      show('');
      banner('bad', 'This link is too old. Restart the server to get a new one.');
      return true;
    }
    if (fault.code !== 'USERS_REGISTRATION_CLOSED') return false;
    show('used');
    byId('used').querySelector('a').focus();
    return true;
  },
});
