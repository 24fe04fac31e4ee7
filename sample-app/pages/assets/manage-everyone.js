import { byId, el } from './dom.js';
import { banner, bindForm, remember } from './pages.js';
import { call, signedIn } from './shell.js';

const WORDS = 'sign everyone out';

const form = byId('form');
await signedIn({ right: 'sessions.blackout' });
form.hidden = false;

bindForm(form, {
  busy: 'Signing out…',
  send: async ({ typed }) => {
    if (typed.trim() !== WORDS) throw { status: 400, code: 'TYPED', fields: { typed: ['TYPED'] } };
    return call('PUT', '/admin/blackout', {});
  },
  done: ({ at }) => {
    const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(new Date(at));
    form.remove();
    remember('was-here', null);
    const signIn = el('a', { href: '/login' }, 'Sign in again');
    banner('ok', `Done at ${clock}. Sessions opened before that moment do not work any more.`, { after: [signIn] });
    document.querySelector('h1').focus();
  },
});
