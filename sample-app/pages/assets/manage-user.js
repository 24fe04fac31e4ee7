import { deviceName, deviceRow, devicesInWords, endButton } from './devices.js';
import { acting, ask, byId, day, el, loading, nameOf, when } from './dom.js';
import { banner, leave } from './pages.js';
import { call, signedIn, trouble } from './shell.js';
import { badgesOf } from './users.js';

const id = decodeURIComponent(location.pathname.split('/').at(-1));
const path = `/admin/users/${encodeURIComponent(id)}`;
const { user: me } = await signedIn({ admin: true });
let sessions = [];

await refresh().catch((fault) => {
  if (fault.status === 404)
    banner('bad', 'There is no such user. It may be deleted.', { after: [el('a', { href: '/manage' }, 'All users')] });
  else trouble(fault);
});

async function refresh() {
  const answer = await loading(byId('loading'), 'the user', call('GET', path));
  const user = answer.user ?? answer;
  sessions = (await call('GET', `/admin/sessions?userId=${encodeURIComponent(id)}`)).items;
  show(user);
}

function show(user) {
  const name = nameOf(user);
  document.title = `${name} – Notes`;
  byId('name').textContent = name;
  byId('badges').replaceChildren(...badgesOf(user, me));
  byId('pairs').replaceChildren(
    ...pair('Id', el('code', {}, user.id)),
    ...pair('Username', user.username ?? 'none'),
    ...pair('Email', user.email === null ? 'none' : `${user.email} · ${user.emailConfirmedAt === null ? 'not confirmed' : 'confirmed'}`),
    ...pair('Company', user.company || 'none'),
    ...pair('Joined', day(user.createdAt)),
    ...pair('Last signed in', user.lastLoginAt === null ? 'never' : when(user.lastLoginAt)),
  );
  byId('devices-title').textContent = sessions.length === 0 ? 'Not signed in anywhere' : devicesInWords(sessions.length);
  byId('devices').replaceChildren(...sessions.map((session) => deviceRow(session, ending(session))));
  byId('buttons').replaceChildren(...(user.id === me.id ? [] : actsFor(user)));
  byId('acts-hint').hidden = user.id !== me.id;
  byId('acts-hint').textContent = 'This is you. Your own account is changed under My account.';
  byId('facts').hidden = byId('acts').hidden = byId('devices-card').hidden = false;
}

function pair(term, value) {
  return [el('dt', {}, term), el('dd', {}, value)];
}

function ending(session) {
  return acting(endButton(session), async () => {
    await call('DELETE', `/admin/sessions/${session.id}`).catch((fault) => {
      if (fault.status !== 404) throw fault;
    });
    await said(`${deviceName(session)} was signed out.`);
  });
}

function actsFor(user) {
  const name = nameOf(user);
  const places = devicesInWords(sessions.length);
  return [
    user.status === 'pending' || user.status === 'disabled' ? direct('Activate', '/activate', `${name} is active.`) : null,
    user.email !== null && user.emailConfirmedAt === null
      ? direct('Confirm the email', '/confirm-email', `The email of ${name} is confirmed.`)
      : null,
    user.email === null ? null : direct('Send a password message', '/send-reset', `A message is on its way to ${name}.`),
    sessions.length === 0
      ? null
      : asking('Sign out everywhere', {
          title: `Sign out ${name} on ${places}?`,
          text: `${name} can sign in again at once. To keep ${name} out, use Deactivate.`,
          action: `Sign out ${places}`,
          send: () => call('POST', `${path}/end-sessions`),
          after: `${name} was signed out on ${places}.`,
        }),
    user.isAdmin
      ? asking('Remove administrator', {
          title: `Remove ${name} from the administrators?`,
          points: [`${name} keeps the account and stays signed in.`, `${name} no longer sees or changes other accounts.`],
          action: `Remove ${name}`,
          send: () => call('PUT', `${path}/admin`, { admin: false }),
          after: `${name} is no longer an administrator.`,
        })
      : asking('Make administrator', {
          title: `Make ${name} an administrator?`,
          text: 'Administrators see and change every account, also yours.',
          action: 'Make administrator',
          send: () => call('PUT', `${path}/admin`, { admin: true }),
          after: `${name} is an administrator.`,
        }),
    user.status === 'active' || user.status === 'pending'
      ? asking('Deactivate', {
          title: `Deactivate ${name}?`,
          points: [
            `${name} is signed out of ${places}.`,
            `${name} cannot sign in until someone activates the account.`,
            'Nothing is deleted.',
          ],
          action: `Deactivate ${name}`,
          danger: true,
          send: () => call('POST', `${path}/deactivate`),
          after: `${name} is deactivated.`,
          undo: '/activate',
        })
      : null,
    remove(user),
  ].filter((one) => one !== null);
}

/** An act that can be taken back: done at once. */
function direct(label, act, words) {
  return acting(el('button', { type: 'button' }, label), async () => {
    await call('POST', path + act);
    await said(words);
  });
}

function asking(label, { after, undo, ...question }) {
  const button = el('button', { type: 'button', className: question.danger ? 'danger' : '' }, label);
  button.addEventListener('click', async () => {
    if ((await ask({ busy: 'Working…', ...question })) === null) return;
    const back =
      undo &&
      acting(el('button', { type: 'button', className: 'compact' }, 'Undo'), async () => {
        await call('POST', path + undo);
        await said('Undone.');
      });
    await said(after, back ? [back] : []);
  });
  return button;
}

async function said(words, after = []) {
  try {
    await refresh();
    banner('ok', words, { after });
    byId('name').focus();
  } catch (fault) {
    trouble(fault);
  }
}

function remove(user) {
  const name = nameOf(user);
  const word = user.username ?? user.email ?? user.id;
  const button = el('button', { type: 'button', className: 'danger' }, 'Delete…');
  button.addEventListener('click', async () => {
    const answer = await ask({
      title: `Delete ${name}?`,
      text: 'This goes, and it cannot be undone. Deactivating is milder: nothing is lost.',
      points: ['the profile and the sign-in', `${devicesInWords(sessions.length)} signed out`, 'all notes of this user'],
      fields: [{ name: 'typed', label: `Type ${word} to confirm` }],
      action: 'Delete for ever',
      busy: 'Deleting…',
      danger: true,
      send: async ({ typed }) => {
        if (typed !== word) throw { status: 400, code: 'TYPED', fields: { typed: ['TYPED'] } };
        await call('DELETE', path);
      },
    });
    if (answer !== null) leave('/manage', `${name} is deleted.`);
  });
  return button;
}
