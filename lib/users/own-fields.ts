import { Injectable } from '@nestjs/common';
import { type Fields, faultOfText } from '../kernel/fields.js';
import { faultOfJson } from '../kernel/json.js';
import type { Issues } from '../kernel/issues.js';
import { type FieldReader, type FieldSetter, type OwnField, ownFieldsOf } from './field.decorator.js';
import { type OwnColumn, OwnColumnsStore } from './own-columns.store.js';
import { UsersSettings } from './users.options.js';

/** What a client may know of an own field, to build a form from it. */
export interface OwnFieldDescription {
  readonly name: string;
  readonly label: string;
  readonly type: OwnColumn['type'];
  readonly set: readonly FieldSetter[];
  readonly show: readonly FieldReader[];
}

/** Reads and describes the host's own fields: those columns of his user class that carry `@Field`. */
@Injectable()
export class OwnFields {
  constructor(
    private readonly columns: OwnColumnsStore,
    private readonly settings: UsersSettings,
  ) {}

  /** Takes from `input` what `setter` may write; a field that he may not is left out as if it had not been sent. */
  read(input: Fields, setter: FieldSetter): Record<string, unknown> {
    const entries = this.fields()
      .filter((field) => field.set.includes(setter) && input.has(field.name))
      .map((field) => [field.name, this.valueOf(field, input)] as const);
    return Object.fromEntries(entries);
  }

  /** Takes every own column from a trusted caller's input, with or without `@Field`. */
  readAll(input: Fields): Record<string, unknown> {
    const fields = new Map(this.fields().map((field) => [field.name, field]));
    const entries = this.columns
      .all()
      .filter((column) => input.has(column.name))
      .map((column) => [column.name, this.valueOf(fields.get(column.name) ?? { name: column.name, schema: undefined }, input)] as const);
    return Object.fromEntries(entries);
  }

  describe(): OwnFieldDescription[] {
    return this.fields().map(({ name, label, set, show }) => ({ name, label, type: this.columns.find(name)?.type ?? 'text', set, show }));
  }

  /** Notes what only shows when the entity's columns are known: a `@Field` on something that is no column. */
  validate(issues: Issues): void {
    for (const { name } of this.fields()) {
      if (this.columns.find(name) === undefined)
        issues.add(`user.${name}`, '@Field stands on a property that is no scalar column: add @Column() to it, or remove @Field.');
    }
  }

  private fields(): readonly OwnField[] {
    return ownFieldsOf(this.columns.prototype);
  }

  private valueOf(field: Pick<OwnField, 'name' | 'schema'>, input: Fields): unknown {
    const value = input.raw(field.name);
    const column = this.columns.find(field.name);
    const fault = column === undefined ? 'USERS_WRONG_TYPE' : faultOfColumn(value, column, this.settings.jsonBytes);
    if (fault !== null) {
      input.fault(field.name, fault);
      return undefined;
    }
    return this.schemaValue(field, value, input);
  }

  private schemaValue({ name, schema }: Pick<OwnField, 'name' | 'schema'>, value: unknown, input: Fields): unknown {
    if (schema === undefined) return asStored(value, this.columns.find(name));
    const result = schema['~standard'].validate(value);
    if (result instanceof Promise)
      throw new TypeError(`The schema of the own field "${name}" answers asynchronously; give one that answers at once.`);
    if (result.issues === undefined) return asStored(result.value, this.columns.find(name));
    input.fault(name, 'USERS_NOT_VALID');
    return undefined;
  }
}

/** Type, length and null of the column; the driver would otherwise get an object or an array, and some drivers expand these. */
function faultOfColumn(value: unknown, column: OwnColumn, jsonBytes: number): string | null {
  if (value === null) return column.isNullable ? null : 'USERS_WRONG_TYPE';
  if (column.type === 'json') return faultOfJson(value, jsonBytes);
  if (column.type === 'flag') return typeof value === 'boolean' ? null : 'USERS_WRONG_TYPE';
  if (column.type === 'number') return faultOfNumber(value, column.isInteger);
  if (column.type === 'instant')
    return typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value)) ? null : 'USERS_WRONG_TYPE';
  // An empty text is a value here: it is how a person empties an optional field.
  return value === '' ? null : faultOfText(value, { max: column.maxLength });
}

function faultOfNumber(value: unknown, isInteger: boolean): string | null {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 'USERS_WRONG_TYPE';
  if (!isInteger) return null;
  // A 32-bit column would fail the statement on PostgreSQL: that is the sender's fault, not ours.
  return Number.isInteger(value) && Math.abs(value) <= 2_147_483_647 ? null : 'USERS_WRONG_TYPE';
}

function asStored(value: unknown, column: OwnColumn | undefined): unknown {
  return column?.type === 'instant' && typeof value === 'string' ? new Date(value) : value;
}
