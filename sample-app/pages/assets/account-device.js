import { deviceName, endButton, gone } from './devices.js';
import { acting, byId, el, entitle, exactly, loading, pair } from './dom.js';
import { banner, leave } from './pages.js';
import { call, signedIn, trouble } from './shell.js';

const id = decodeURIComponent(location.pathname.split('/').at(-1));

await signedIn();
try {
  const { items } = await loading(byId('loading'), 'the device', call('GET', '/auth/sessions'));
  const session = items.find((one) => one.id === id);
  if (session === undefined) banner('warn', 'Already gone. This device is not signed in any more.');
  else show(session);
} catch (fault) {
  trouble(fault);
}

function show(session) {
  entitle(deviceName(session));
  byId('name').textContent = deviceName(session);
  byId('pairs').replaceChildren(
    ...pair('Signed in', exactly(session.createdAt)),
    ...pair('Last seen', exactly(session.lastSeenAt)),
    ...pair('Ends by itself', exactly(session.expiresAt)),
    ...pair('Address', session.ip ?? 'unknown'),
    ...pair('What it calls itself', session.userAgent ? el('code', {}, session.userAgent) : 'nothing'),
  );
  byId('end').replaceChildren(
    session.current
      ? el('span', { className: 'badge ok' }, 'This device')
      : acting(endButton(session, { compact: false }), () => end(session)),
  );
  byId('facts').hidden = false;
}

async function end(session) {
  await gone(call('DELETE', `/auth/sessions/${session.id}`));
  leave('/account/devices', `${deviceName(session)} was signed out.`);
}
