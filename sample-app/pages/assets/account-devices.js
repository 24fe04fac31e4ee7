import { deviceName, deviceRow, devicesInWords, endButton, gone, wereSignedOut } from './devices.js';
import { acting, ask, byId, loading } from './dom.js';
import { banner } from './pages.js';
import { call, signedIn, trouble } from './shell.js';

const endOthers = byId('end-others');
let others = 0;

await signedIn();
await show().catch(trouble);

async function show() {
  const { items } = await loading(byId('loading'), 'devices', call('GET', '/auth/sessions'));
  items.sort((a, b) => Number(b.current) - Number(a.current) || b.lastSeenAt.localeCompare(a.lastSeenAt));
  others = items.filter((session) => !session.current).length;
  byId('count').textContent = devicesInWords(items.length);
  byId('only').hidden = others > 0;
  endOthers.hidden = others === 0;
  endOthers.textContent = others === 1 ? 'Sign out the other one' : `Sign out the other ${others}`;
  byId('devices').replaceChildren(...items.map(row));
}

function row(session) {
  const page = `/account/devices/${encodeURIComponent(session.id)}`;
  return deviceRow(session, { page, end: session.current ? null : ending(session) });
}

function ending(session) {
  return acting(endButton(session), async () => {
    const was = await gone(call('DELETE', `/auth/sessions/${session.id}`));
    await show();
    banner('ok', was ? `${deviceName(session)}: already gone.` : `${deviceName(session)} was signed out.`);
    byId('count').focus();
  });
}

endOthers.addEventListener('click', async () => {
  const words = others === 1 ? 'the other device' : `the other ${others} devices`;
  const answer = await ask({
    title: `Sign out ${words}?`,
    text: `${others === 1 ? 'It needs' : 'They need'} the password to come back. This device stays signed in.`,
    action: `Sign out ${devicesInWords(others)}`,
    busy: 'Signing out…',
    danger: true,
    send: () => call('DELETE', '/auth/sessions'),
  });
  if (answer === null) return;
  const { ended } = answer.given;
  await show().catch(trouble);
  banner('ok', wereSignedOut(devicesInWords(ended), ended));
  byId('count').focus();
});
