import { byId } from './dom.js';
import { api, banner, bindForm, filled } from './pages.js';

bindForm(byId('form'), {
  busy: 'Sending…',
  send: (entries) => api('POST', '/auth/password/reset/request', filled(entries)),
  done: () => {
    byId('form').hidden = true;
    byId('done').hidden = false;
    banner('', '');
    banner(
      'ok',
      'If an account belongs to that name, a message is on its way to its email address. The link in it works once, for one hour.',
    );
    document.querySelector('h1').focus();
  },
});
