// What an administrator does to one user: the entries of the menu and their dialogs.
import { acting, appName, ask, el, nameOf, off } from './dom.js';
import { inputFor, valuesOf } from './fields.js';
import { describeDeletion } from './host.js';
import { filled, leave } from './pages.js';
import { call, takenEmail } from './shell.js';
import { banning } from './user-ban.js';
import { actingAs } from './user-impersonation.js';

const MAY_NOT = 'Your account may not do this.';

/** The acts that make sense for this user now. `can` tells the reader's rights; `said` shows what is now, and says what happened. */
export function actsFor({ user, me, can, places }, { path, said }) {
  const name = nameOf(user);
  const isMe = user.id === me.id;
  const post = (act) => () => call('POST', `${path}/${act}`);

  const asking = (label, { after, undo, ...question }) => {
    const open = async () => {
      const answer = await ask({ busy: 'Working…', ...question });
      if (answer === null) return;
      const back =
        undo && acting(el('button', { type: 'button', className: 'compact' }, 'Undo'), () => post(undo)().then(() => said('Undone.')));
      await said(after, back ? [back] : []);
    };
    const button = el('button', { type: 'button', className: question.danger ? 'quiet danger' : 'quiet' }, label);
    button.addEventListener('click', open);
    return Object.assign(button, { open });
  };
  const direct = (label, act, words) =>
    acting(el('button', { type: 'button', className: 'quiet' }, label), () => post(act)().then(() => said(words)));

  const endAll = asking('Sign out everywhere…', {
    title: `Sign out ${name} on ${places}?`,
    text: `${name} can sign in again at once. To keep ${name} out, use Ban.`,
    action: `Sign out ${places}`,
    send: post('end-sessions'),
    after: `${name} was signed out on ${places}.`,
  });
  const deactivate = asking('Deactivate…', {
    title: `Deactivate ${name}?`,
    points: [
      ...(places.startsWith('0 ') ? [] : [`${name} is signed out of ${places}.`]),
      `${name} cannot sign in until someone activates the account.`,
      'Nothing is deleted.',
    ],
    action: `Deactivate ${name}`,
    danger: true,
    send: post('deactivate'),
    after: `${name} is deactivated.`,
    undo: 'activate',
  });
  const entry = (right, button) => (can(right) || button.localName !== 'button' ? button : off(button.textContent, MAY_NOT));
  const isOn = user.status === 'active';
  const others = !isMe && isOn;
  const [promotion, change] = user.isAdmin ? ['Remove administrator…', demoting] : ['Make administrator…', promoting];
  const removal = removing({ user, places, path, instead: others && can('users.activate') ? deactivate : null });
  const entries = [
    others && !places.startsWith('0 ') && entry('sessions.end', endAll),
    isOn &&
      user.email !== null &&
      entry('users.send-reset', direct('Send a password message', 'send-reset', `A message is on its way to ${user.email}.`)),
    others && entry('users.set-password', asking('Set a password…', settingPassword(name, path))),
    user.email !== null &&
      user.emailConfirmedAt === null &&
      entry('users.update', direct('Confirm the email', 'confirm-email', `The email of ${name} is confirmed.`)),
    others && entry('users.set-admin', asking(promotion, change(name, path))),
    isMe && user.isAdmin && off('Remove administrator…', `Another administrator must do this: ${appName} needs at least one.`),
    others && entry('users.impersonate', actingAs(user, path)),
    others && entry('users.ban', asking('Ban…', banning({ name, places, path }))),
    !isMe && user.status === 'disabled' && entry('users.activate', direct('Activate', 'activate', `${name} is active.`)),
    others && entry('users.activate', deactivate),
    !isMe && entry('users.delete', removal),
  ];
  return { entries: entries.filter(Boolean), endAll: endAll.open };
}

function promoting(name, path) {
  return {
    title: `Make ${name} an administrator?`,
    text: 'Administrators see and change every account, also yours.',
    action: 'Make administrator',
    send: () => call('PUT', `${path}/admin`, { admin: true }),
    after: `${name} is an administrator.`,
  };
}

function demoting(name, path) {
  return {
    title: `Remove ${name} from the administrators?`,
    points: [`${name} keeps the account and stays signed in.`, `${name} no longer sees or changes other accounts.`],
    action: 'Remove administrator',
    danger: true,
    send: () => call('PUT', `${path}/admin`, { admin: false }),
    after: `${name} is no longer an administrator.`,
  };
}

function settingPassword(name, path) {
  return {
    title: `Set a password for ${name}?`,
    text: `Better: send a password message. Then nobody but ${name} knows the password. Either way ${name} is signed out everywhere.`,
    fields: [
      { name: 'newPassword', label: 'New password', hint: '8 characters or more.', type: 'password', autocomplete: 'new-password' },
      { name: 'mustChange', label: 'Must change it at the next sign-in', type: 'checkbox', checked: true },
    ],
    action: 'Set the password',
    send: ({ newPassword, mustChange }) => call('PUT', `${path}/password`, { ...filled({ newPassword }), mustChange: mustChange === 'on' }),
    refused: (fault) => {
      if (fault.fields.password) fault.fields.newPassword = fault.fields.password;
      return false;
    },
    after: `${name} has a new password.`,
  };
}

function removing({ user, places, path, instead }) {
  const name = nameOf(user);
  const word = user.username ?? user.email ?? user.id;
  const button = el('button', { type: 'button', className: 'quiet danger' }, 'Delete…');
  button.addEventListener('click', async () => {
    const answer = await ask({
      title: `Delete ${name}?`,
      text: 'This goes, and it cannot be undone:',
      points: ['the profile and the sign-in', ...(places.startsWith('0 ') ? [] : [`${places} signed out`]), ...describeDeletion(name)],
      fields: [{ name: 'typed', label: `Type ${word} to confirm` }],
      instead: instead && { action: 'Deactivate instead', open: instead.open },
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

/** The dialog that changes what an administrator may change of somebody. */
export function editing(user, all, path) {
  const fields = all.filter((field) => field.set.includes('admin'));
  return {
    title: `Edit ${nameOf(user)}`,
    fields: [
      { name: 'displayName', label: 'Display name (optional)', value: user.displayName ?? '' },
      { name: 'email', label: 'Email', type: 'email', value: user.email ?? '', first: false },
    ],
    extra: fields.length === 0 ? null : el('div', { className: 'stack' }, ...fields.map((field) => inputFor(field, user[field.name]))),
    action: 'Save',
    busy: 'Saving…',
    send: ({ displayName, email, ...own }) => {
      const address = email === (user.email ?? '') ? {} : { email: email || null };
      return call('PATCH', path, { displayName: displayName || null, ...address, ...valuesOf(fields, own) });
    },
    refused: takenEmail,
  };
}
