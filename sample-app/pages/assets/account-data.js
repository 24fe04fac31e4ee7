import { ask, byId, nameOf } from './dom.js';
import { api, filled, leave } from './pages.js';
import { call, ownPasswordWrong, signedIn } from './shell.js';
import { devicesInWords } from './devices.js';

const { user } = await signedIn();

byId('delete').addEventListener('click', async () => {
  const devices = await api('GET', '/auth/sessions').then(
    ({ items }) => `${devicesInWords(items.length)} ${items.length === 1 ? 'is' : 'are'} signed out`,
    () => 'every device is signed out',
  );
  const answer = await ask({
    title: `Delete your account, ${nameOf(user)}?`,
    text: 'This deletes, and it cannot be undone:',
    points: ['your profile and sign-in', 'your notes', devices],
    fields: [{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }],
    action: 'Delete my account',
    busy: 'Deleting…',
    danger: true,
    send: (entries) => call('POST', '/auth/me/delete', filled(entries)),
    refused: ownPasswordWrong,
  });
  if (answer !== null) leave('/login', 'Your account is deleted.');
});
