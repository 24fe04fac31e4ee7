import { home } from './host.js';
import { api } from './pages.js';
import { arrival } from './shell.js';

const { user } = await arrival;
if (user !== null) location.replace(home.path);
else if (await isNew()) location.replace('/setup');

/** Whether nobody has an account yet. */
async function isNew() {
  return api('GET', '/setup/state').then(
    ({ state }) => state !== 'used',
    () => false,
  );
}
