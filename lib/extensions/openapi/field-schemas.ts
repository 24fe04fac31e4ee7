import type { FieldReader, FieldSetter } from '../../index.js';
import type { DescribedField, DescribedSpace } from './described-space.js';
import { anyJson, orNull, type Schema, text } from './schema.js';

const LARGEST = 2_147_483_647;

/** The host's own fields that `setter` may write, as a body takes them. */
export function ownFieldsIn({ fields }: DescribedSpace, setter: FieldSetter): Record<string, Schema> {
  return Object.fromEntries(fields.filter(({ set }) => set.includes(setter)).map((field) => [field.name, labelled(field, inputOf(field))]));
}

/** The host's own fields that `reader` is shown, as an answer holds them. */
export function ownFieldsOut({ fields }: DescribedSpace, reader: FieldReader): Record<string, Schema> {
  return Object.fromEntries(
    fields.filter(({ show }) => show.includes(reader)).map((field) => [field.name, labelled(field, outputOf(field))]),
  );
}

function labelled({ name, label, column }: DescribedField, schema: Schema): Schema {
  const titled = label === name ? schema : { title: label, ...schema };
  return column.isNullable ? orNull(titled) : titled;
}

function inputOf({ column }: DescribedField): Schema {
  switch (column.type) {
    case 'text':
      return text({ maxLength: column.maxLength });
    case 'number':
      return column.isInteger ? { type: 'integer', minimum: -LARGEST, maximum: LARGEST } : { type: 'number' };
    case 'flag':
      return { type: 'boolean' };
    case 'instant':
      return text({ description: 'A date, or a date and a time: ISO 8601.' });
    case 'json':
      return anyJson('Any JSON value.');
  }
}

function outputOf({ column }: DescribedField): Schema {
  switch (column.type) {
    case 'text':
      return text();
    case 'number':
      // PostgreSQL and MariaDB answer bigint and decimal as text, since a JavaScript number would lose digits.
      return column.isInteger ? { type: 'integer' } : { oneOf: [{ type: 'number' }, { type: 'string' }] };
    case 'flag':
      return { type: 'boolean' };
    case 'instant':
      return text({ description: 'ISO 8601.' });
    case 'json':
      return anyJson('Any JSON value.');
  }
}
