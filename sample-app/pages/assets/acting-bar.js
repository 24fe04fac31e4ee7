// Somebody acts in another's name: the bar on every page, the way back, and what is closed meanwhile.
import { acting, el, nameOf, titlesBegin } from './dom.js';
import { api, leave } from './pages.js';

const CLOSED = 'Not while acting as someone else.';
/** As much of a name or a reason as the bar has room for: it covers what is beneath it. */
const ROOM = 60;

export function showActing({ user, session: { actor, expiresAt } }) {
  const name = short(nameOf(user));
  titlesBegin(`Acting as ${name}: `);
  const ends = el('time', { dateTime: expiresAt }, new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }).format(new Date(expiresAt)));
  const words = [el('strong', {}, `You are acting as ${name}`), ` (${short(actor.reason)}). Ends at `, ends, '. Everything is recorded.'];
  const stop = acting(el('button', { type: 'button', className: 'compact' }, 'Stop and return to my account'), () => back(user));
  const bar = el(
    'div',
    { className: 'acting', role: 'region', 'aria-label': 'Acting as someone else' },
    el('div', { className: 'row spread' }, el('p', { className: 'break' }, ...words), stop),
  );
  document.querySelector('.top').before(bar);
  for (const control of document.querySelectorAll('[data-not-acting]')) close(control);
}

async function back(user) {
  try {
    await api('POST', '/auth/impersonation/stop');
    leave(`/manage/users/${encodeURIComponent(user.id)}`, `You no longer act as ${nameOf(user)}.`);
  } catch (fault) {
    if (fault.status !== 401) throw fault;
    leave('/login', `Your time as ${nameOf(user)} was over. Sign in as yourself.`);
  }
}

/** Shown, off, with the reason; whatever its page binds to it does not hear of a press. */
function close(control) {
  control.setAttribute('aria-disabled', 'true');
  const reason = el('p', { className: 'hint', id: `${control.id}-closed` }, CLOSED);
  control.setAttribute('aria-describedby', reason.id);
  const place = el('div', {});
  control.before(place);
  place.append(control, reason);
  control.addEventListener('click', stopped, true);
}

function stopped(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

function short(text) {
  return text.length > ROOM ? `${text.slice(0, ROOM)}…` : text;
}
