// Keeping somebody out for a time: the dialog, and what the user's page says afterwards.
import { acting, day, el, nameOf } from './dom.js';
import { call } from './shell.js';

const DAY = 86_400_000;
const UNTIL = [
  ['', 'I lift it'],
  ['1', 'tomorrow'],
  ['7', 'in 7 days'],
  ['date', 'on a date'],
];

export function banning({ name, places, path }) {
  return {
    title: `Ban ${name}?`,
    points: [
      ...(places.startsWith('0 ') ? [] : [`${name} is signed out of ${places} at once.`]),
      `${name} cannot sign in or reset the password until the ban ends.`,
      'Everything of the account stays.',
    ],
    fields: [{ name: 'reason', label: 'Reason (optional)', hint: `Kept with the ban. ${name} does not see it.` }],
    extra: untilField(),
    action: `Ban ${name}`,
    danger: true,
    send: ({ reason, until, date }) => call('POST', `${path}/ban`, { reason: reason.trim() || null, until: endOf(until, date) }),
    refused: (fault) => {
      const { until, ...others } = fault.fields;
      if (until) fault.fields = { ...others, date: ['NOT_IN_FUTURE'] };
      return false;
    },
    after: `${name} is banned.`,
    undo: 'unban',
  };
}

/** Until when: mostly one of three, else a day of the reader's own calendar. */
function untilField() {
  const date = el('input', { id: 'ban-date', name: 'date', type: 'date', 'aria-describedby': 'ban-date-h ban-date-e' });
  const chosen = el(
    'div',
    { className: 'field', hidden: true },
    el('label', { htmlFor: 'ban-date' }, 'Date'),
    el('p', { className: 'hint', id: 'ban-date-h' }, 'The ban ends when this day begins, in your time zone.'),
    date,
    el('p', { className: 'error', id: 'ban-date-e' }),
  );
  const until = el('select', { id: 'ban-until', name: 'until' }, ...UNTIL.map(([value, words]) => el('option', { value }, words)));
  until.addEventListener('change', () => (chosen.hidden = until.value !== 'date'));
  return el(
    'div',
    { className: 'stack' },
    el('div', { className: 'field' }, el('label', { htmlFor: 'ban-until' }, 'Until'), until),
    chosen,
  );
}

function endOf(until, date) {
  if (until === '') return null;
  if (until !== 'date') return new Date(Date.now() + Number(until) * DAY).toISOString();
  const start = new Date(`${date}T00:00`);
  if (Number.isNaN(start.getTime())) throw { status: 400, code: 'USERS_INVALID_INPUT', fields: { date: ['NOT_IN_FUTURE'] } };
  return start.toISOString();
}

/** "Banned until 1 Dec 2026 by root on 3 Nov 2026: spam in comments." */
export async function banInWords({ reason, until, by, at }) {
  const banner = by === null ? null : await call('GET', `/admin/users/${encodeURIComponent(by)}`).catch(() => null);
  const end = until === null ? '' : ` until ${day(until)}`;
  const who = by === null ? '' : ` by ${banner === null ? 'a deleted user' : nameOf(banner.user)}`;
  return `Banned${end}${who} on ${day(at)}${reason === null ? '' : `: ${reason}`}.`;
}

export function liftButton({ name, path, said }) {
  const button = el('button', { type: 'button', className: 'compact' }, 'Lift the ban');
  return acting(button, () => call('POST', `${path}/unban`).then(() => said(`${name} is no longer banned.`)));
}
