/** A schema as OpenAPI 3.1 writes it; {@link finish} takes it to 3.0 where the document is of that version. */
export interface Schema {
  /** Another schema of the space by its bare name; {@link finish} makes the pointer. */
  readonly $ref?: string;
  /** A type, or a type and `null`. */
  readonly type?: SchemaType | readonly [SchemaType, 'null'] | readonly ['null'];
  readonly title?: string;
  readonly format?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object';

export const text = (more: Omit<Schema, 'type'> = {}): Schema => ({ type: 'string', ...more });
export const flag = (description?: string): Schema => ({ type: 'boolean', ...(description !== undefined && { description }) });
export const instant = (description?: string): Schema => text({ format: 'date-time', ...(description !== undefined && { description }) });
export const listOf = (items: Schema, description?: string): Schema => ({
  type: 'array',
  items,
  ...(description !== undefined && { description }),
});

/** One of these words. */
export const word = (...words: readonly string[]): Schema => text({ enum: words });

/** Any JSON value, `null` included. */
export const anyJson = (description: string): Schema => ({ description });

/** The same, or `null`. What may be anything may be null as it is. */
export function orNull(schema: Schema): Schema {
  if (schema.oneOf !== undefined) return { ...schema, oneOf: [...schema.oneOf, { type: ['null'] }] };
  if (typeof schema.type !== 'string') return schema;
  return { ...schema, type: [schema.type, 'null'], ...(schema.enum && { enum: [...schema.enum, null] }) };
}

/** An object that may have further properties: a host's subclass of a controller adds some, and a later version of ours may. */
export function objectOf(
  properties: Readonly<Record<string, Schema>>,
  { optional = [] as readonly string[], description = '' } = {},
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length > 0 && { required }), ...(description !== '' && { description }) };
}

export interface SchemaSurroundings {
  /** The document's `openapi`. */
  readonly version: string;
  /** Stands before the name of each schema of the space. */
  readonly prefix: string;
}

/** Makes what was written by the rules of {@link Schema} a part of a document. */
export function finish(value: unknown, around: SchemaSurroundings): unknown {
  if (Array.isArray(value)) return value.map((item) => finish(item, around));
  if (typeof value !== 'object' || value === null) return value;
  const { type, $ref, ...rest } = value as Record<string, unknown>;
  const others = Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, finish(inner, around)]));
  // What the host wrote points somewhere already.
  if (typeof $ref === 'string') return { $ref: $ref.startsWith('#') ? $ref : `#/components/schemas/${around.prefix}${$ref}`, ...others };
  return { ...(type !== undefined && typeOf(type, around)), ...others };
}

/** OpenAPI 3.0 knows no type `null`, only `nullable` beside a type. A property may be called `type`, too: then it is a schema. */
function typeOf(type: unknown, around: SchemaSurroundings): object {
  const isOld = /^3\.0(\.|$)/.test(around.version);
  if (!isOld || !Array.isArray(type)) return { type: finish(type, around) };
  const [named] = type.filter((name) => name !== 'null') as unknown[];
  return named === undefined ? { type: 'object', nullable: true, enum: [null] } : { type: named, nullable: true };
}
