import { gone } from './devices.js';
import { acting, ask, byId, copyButton, day, el, loading, when } from './dom.js';
import { scopes } from './host.js';
import { banner } from './pages.js';
import { call, signedIn, trouble } from './shell.js';

const DAY = 86_400_000;
/** From when on a key is shown to be about to end. */
const SOON = 14 * DAY;
const ENDS = [
  ['30', 'In 30 days'],
  ['90', 'In 90 days'],
  ['365', 'In a year'],
  ['', 'Never: you must remember to end it yourself'],
];

const { session } = await signedIn();
await show().catch(trouble);

async function show() {
  const { items } = await loading(byId('loading'), 'keys', call('GET', '/auth/api-keys'));
  byId('keys').replaceChildren(...items.map(row));
  byId('keys').hidden = items.length === 0;
  byId('empty').hidden = items.length > 0;
}

function row(key) {
  const end = el('button', { type: 'button', className: 'compact danger' }, 'End', el('span', { className: 'sr' }, ` ${key.name}`));
  end.addEventListener('click', () => ending(key));
  const facts = [
    el('code', {}, `${key.start}…`),
    inWords(key.scopes),
    ...(key.lastUsedAt === null ? ['never used'] : [['last used ', when(key.lastUsedAt)]]),
    ...(key.usesLeft === null ? [] : [`${key.usesLeft} uses left`]),
    key.expiresAt === null ? 'never ends' : `ends ${day(key.expiresAt)}`,
  ];
  const isSoon = key.expiresAt !== null && new Date(key.expiresAt) - Date.now() < SOON;
  return el(
    'li',
    {},
    el(
      'div',
      {},
      el(
        'p',
        { className: 'row' },
        el('strong', { className: 'break' }, key.name),
        isSoon ? el('span', { className: 'badge warn' }, 'Ends soon') : null,
      ),
      el('p', { className: 'muted small break' }, ...facts.flatMap((fact, index) => [index === 0 ? '' : ' · ', fact].flat())),
    ),
    session.actor === null ? end : null,
  );
}

function inWords(names) {
  if (names.length === 0) return 'no scope';
  return names.map((name) => scopes.find((one) => one.name === name)?.words ?? name).join(', ');
}

async function ending(key) {
  const answer = await ask({
    title: `End the key “${key.name}”?`,
    text: 'Programs that use it stop working at once.',
    action: 'End the key',
    busy: 'Ending…',
    danger: true,
    send: () => gone(call('DELETE', `/auth/api-keys/${encodeURIComponent(key.id)}`)),
  });
  if (answer === null) return;
  await show().catch(trouble);
  banner('ok', answer.given ? `The key “${key.name}”: already gone.` : `The key “${key.name}” is ended.`);
  document.querySelector('h1').focus();
}

byId('new').addEventListener('click', async () => {
  const answer = await ask({
    title: 'New key',
    fields: [{ name: 'name', label: 'Name', hint: 'What will use it?' }],
    extra: choices(),
    action: 'Make the key',
    busy: 'Making the key…',
    send: make,
  });
  if (answer === null) return;
  reveal(answer.given);
  await show().catch(trouble);
});

/** Scopes as boxes in plain words with the name beside, and when it ends. */
function choices() {
  const boxes = scopes.map(({ name, words }, index) =>
    el(
      'label',
      { className: 'check', htmlFor: `scope-${index}` },
      el('input', { type: 'checkbox', id: `scope-${index}`, name: `scope-${index}`, 'aria-describedby': 'scope-0-e' }),
      el('span', {}, `${words} `, el('code', {}, name)),
    ),
  );
  const ends = ENDS.map(([value, words], index) =>
    el(
      'label',
      { className: 'check', htmlFor: `ends-${index}` },
      el('input', { type: 'radio', id: `ends-${index}`, name: 'ends', value, checked: value === '90' }),
      ` ${words}`,
    ),
  );
  return el(
    'div',
    { className: 'stack' },
    el('fieldset', { className: 'stack' }, el('legend', {}, 'What it may do'), ...boxes, el('p', { className: 'error', id: 'scope-0-e' })),
    el('fieldset', { className: 'stack' }, el('legend', {}, 'When it ends'), ...ends),
  );
}

function make({ name, ends, ...entries }) {
  const chosen = scopes.filter((_, index) => entries[`scope-${index}`] === 'on').map((scope) => scope.name);
  const fields = { ...(name === '' && { name: ['USERS_REQUIRED'] }), ...(chosen.length === 0 && { 'scope-0': ['NO_SCOPE'] }) };
  if (Object.keys(fields).length > 0) throw { status: 400, code: 'USERS_INVALID_INPUT', fields };
  const expiresAt = ends === '' ? {} : { expiresAt: new Date(Date.now() + Number(ends) * DAY).toISOString() };
  return call('POST', '/auth/api-keys', { name, scopes: chosen, ...expiresAt });
}

/** On the page and not in a dialog: Escape must not lose it. */
function reveal({ key }) {
  banner('', '');
  byId('key').textContent = key;
  byId('copy').replaceChildren(copyButton(byId('key'), 'the key'));
  byId('made').hidden = false;
  byId('made-title').focus();
}

acting(byId('stored'), () => {
  byId('made').hidden = true;
  byId('key').textContent = '';
  document.querySelector('h1').focus();
});
