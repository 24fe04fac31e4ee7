// "Act as Ann": the dialog in which one says why.
import { ask, el, nameOf, off } from './dom.js';
import { home } from './host.js';
import { call } from './shell.js';

export function actingAs(user, path) {
  const name = nameOf(user);
  const label = `Act as ${name}…`;
  if (user.isAdmin) return off(label, 'Nobody can act as an administrator.');
  const button = el('button', { type: 'button', className: 'quiet break' }, label);
  button.addEventListener('click', async () => {
    const answer = await ask({
      title: `Act as ${name}?`,
      points: [
        `You see what ${name} sees, for at most one hour.`,
        'Password, email, keys and deletion stay closed.',
        `${name} can see it in the activity list.`,
      ],
      fields: [{ name: 'reason', label: 'Reason', hint: 'Ticket number or sentence.' }],
      action: `Act as ${name}`,
      busy: 'Working…',
      send: ({ reason }) => call('POST', `${path}/impersonate`, { reason }),
    });
    if (answer !== null) location.assign(home.path);
  });
  return button;
}
