import { Column, FindOperator, PrimaryColumn, type ColumnOptions, type ValueTransformer } from 'typeorm';
import type { JsonValue } from '../kernel/json.js';

/**
 * Milliseconds since 1970 in a `bigint`. A `timestamp without time zone` read under another `TZ` is hours off, and SQLite would compare
 * text. Compare instants only through `LessThan(date)` and its sisters: these apply the transformer, a raw parameter does not.
 */
const instantTransformer: ValueTransformer = withinOperators({
  to: (value) => (value instanceof Date ? value.getTime() : value),
  from: (value) => (value === null || value === undefined ? null : new Date(Number(value))),
});

const jsonTransformer: ValueTransformer = withinOperators({
  to: (value) => (value === null || value === undefined ? value : JSON.stringify(value)),
  from: (value) => (typeof value === 'string' ? (JSON.parse(value) as JsonValue) : null),
});

/** TypeORM 0.3 hands an operator over whole in the conditions of an update or a delete: a date inside it would be compared as a text. */
function withinOperators(plain: { to: (value: unknown) => unknown; from: (value: unknown) => unknown }): ValueTransformer {
  const to = (value: unknown): unknown => {
    if (!(value instanceof FindOperator)) return plain.to(value);
    value.transformValue(transformer);
    return value;
  };
  const transformer: ValueTransformer = { to, from: plain.from };
  return transformer;
}

type NamedOptions = Pick<ColumnOptions, 'nullable' | 'default' | 'select'>;

/** The row's own id: a UUIDv7 that the application makes. Native `uuid` where the engine has one. */
export function IdColumn(): PropertyDecorator {
  return (target, property) => PrimaryColumn({ name: String(property), type: 'uuid' })(target, property);
}

/** Another row's id. The foreign key is added when the space is defined, since only then the user class is known. */
export function RefColumn(options: NamedOptions = {}): PropertyDecorator {
  return (target, property) => Column({ ...options, name: String(property), type: 'uuid' })(target, property);
}

/** An instant: a `Date` in code, milliseconds in the row. */
export function InstantColumn(options: NamedOptions = {}): PropertyDecorator {
  return (target, property) =>
    Column({ ...options, name: String(property), type: 'bigint', transformer: instantTransformer })(target, property);
}

/** JSON in a text column, the same on every engine; `null` for none. Limits on size are the services' matter. */
export function JsonColumn(): PropertyDecorator {
  return (target, property) =>
    Column({ name: String(property), type: 'text', nullable: true, transformer: jsonTransformer })(target, property);
}

/** A text of bounded length. */
export function TextColumn(length: number, options: NamedOptions = {}): PropertyDecorator {
  return (target, property) => Column({ ...options, name: String(property), type: 'varchar', length })(target, property);
}

export function FlagColumn(options: NamedOptions = { default: false }): PropertyDecorator {
  return (target, property) => Column({ ...options, name: String(property), type: Boolean })(target, property);
}

export function CountColumn(options: NamedOptions = { default: 0 }): PropertyDecorator {
  return (target, property) => Column({ ...options, name: String(property), type: 'int' })(target, property);
}

/** A primary key that is a text. */
export function KeyColumn(length: number): PropertyDecorator {
  return (target, property) => PrimaryColumn({ name: String(property), type: 'varchar', length })(target, property);
}
