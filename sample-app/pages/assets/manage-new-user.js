import { byId, nameOf } from './dom.js';
import { inputFor, valuesOf } from './fields.js';
import { bindForm, filled, leave } from './pages.js';
import { call, signedIn, takenEmail, takenName, trouble } from './shell.js';

const form = byId('form');
await signedIn({ right: 'users.create' });
const fields = await call('GET', '/admin/fields').then(
  (all) => all.filter((field) => field.set.includes('admin')),
  (fault) => trouble(fault) ?? [],
);
byId('own-fields').append(...fields.map((field) => inputFor(field)));
form.hidden = false;
for (const choice of form.elements.how) choice.addEventListener('change', () => (byId('now').hidden = !byId('how-now').checked));

bindForm(form, {
  busy: 'Adding…',
  send: async ({ how, mustChange, password = '', email, username, displayName, ...own }) => {
    const isNow = how === 'now';
    // Without this an empty field would make an account that nobody can sign in to.
    if (isNow && password === '') throw { status: 400, code: 'USERS_INVALID_INPUT', fields: { password: ['USERS_REQUIRED'] } };
    if (!isNow && email === '') throw { status: 400, code: 'USERS_INVALID_INPUT', fields: { email: ['NO_ADDRESS'] } };
    const secret = isNow ? { password, mustChangePassword: mustChange === 'on' } : {};
    const body = { ...filled({ email, username, displayName }), ...secret, ...valuesOf(fields, own) };
    const { user } = await call('POST', '/admin/users', body);
    if (!isNow) await call('POST', `/admin/users/${encodeURIComponent(user.id)}/send-reset`);
    return { user, isNow };
  },
  done: ({ user, isNow }) => {
    const name = nameOf(user);
    leave(
      `/manage/users/${encodeURIComponent(user.id)}`,
      isNow ? `${name} is added.` : `${name} is added. A message is on its way to ${user.email}.`,
    );
  },
  refused: (fault) => takenName(fault) || takenEmail(fault),
});
