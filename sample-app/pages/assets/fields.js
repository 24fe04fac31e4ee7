// The host's own fields, as the API describes them: `{ name, label, type, set, show }`.
import { el } from './dom.js';

/** An input for one of them. Which names are taken by the page itself, the library sees to. */
export function inputFor({ name, label, type, autocomplete = 'off' }, value) {
  const id = `own-${name}`;
  if (type === 'flag')
    return el('label', { className: 'check' }, el('input', { id, name, type: 'checkbox', checked: value === true }), ` ${label}`);
  return el(
    'div',
    { className: 'field' },
    el('label', { htmlFor: id }, `${label} (optional)`),
    el('input', {
      id,
      name,
      type: type === 'number' ? 'number' : 'text',
      value: value ?? '',
      autocomplete,
      'aria-describedby': `${id}-e`,
    }),
    el('p', { className: 'error', id: `${id}-e` }),
  );
}

/** What a form's entries say about them, as the API takes it. */
export function valuesOf(fields, entries) {
  return Object.fromEntries(fields.map((field) => [field.name, valueOf(field, entries[field.name])]));
}

function valueOf({ type }, entered) {
  if (type === 'flag') return entered === 'on';
  if (type === 'number') return entered === '' || entered === undefined ? null : Number(entered);
  return entered ?? '';
}
