import { devicesInWords } from './devices.js';
import { acting, appName, ask, byId, download, nameOf } from './dom.js';
import { describeDeletion, exportOwn } from './host.js';
import { api, banner, filled, leave } from './pages.js';
import { call, ownPasswordWrong, read, signedIn } from './shell.js';

const { user } = await signedIn();
if (user.isAdmin) await holdTheLastAdministrator().catch(() => {});

const button = byId('download');
acting(button, async () => {
  const label = button.textContent;
  button.textContent = 'Collecting…';
  try {
    download(`${appName.toLowerCase()}-data.json`, await collect());
    banner('ok', 'The file is on its way to your downloads.');
  } finally {
    button.textContent = label;
  }
});

/** All that the API tells about the reader. */
async function collect() {
  return { ...(await call('GET', '/auth/me/export')), ...(await exportOwn(read)) };
}

/** The server refuses it anyway: this says so before a password is typed. */
async function holdTheLastAdministrator() {
  const { items } = await api('GET', '/admin/users?isAdmin=true&status=active&limit=2');
  if (items.length > 1) return;
  byId('delete').setAttribute('aria-disabled', 'true');
  byId('delete-h').hidden = false;
}

byId('delete').addEventListener('click', async () => {
  if (byId('delete').getAttribute('aria-disabled') === 'true') return;
  const devices = await api('GET', '/auth/sessions').then(
    ({ items }) => `${devicesInWords(items.length)} ${items.length === 1 ? 'is' : 'are'} signed out`,
    () => 'every device is signed out',
  );
  const keys = await api('GET', '/auth/api-keys').then(
    ({ items }) => (items.length === 0 ? [] : [items.length === 1 ? '1 API key stops working' : `${items.length} API keys stop working`]),
    () => ['every API key stops working'],
  );
  const answer = await ask({
    title: 'Delete your account?',
    text: `${nameOf(user)}, this deletes, and it cannot be undone:`,
    points: ['your profile and sign-in', devices, ...keys, ...describeDeletion('your')],
    fields: [{ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password' }],
    stay: 'Keep my account',
    action: 'Delete my account',
    busy: 'Deleting…',
    danger: true,
    send: (entries) => call('POST', '/auth/me/delete', filled(entries)),
    refused: ownPasswordWrong,
  });
  if (answer !== null) leave('/login', 'Your account is deleted.');
});
