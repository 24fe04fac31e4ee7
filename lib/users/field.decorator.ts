import type { StandardSchema } from './standard-schema.js';

/** Who may write an own field: at registration, in the own profile, as an administrator. */
export type FieldSetter = 'registration' | 'self' | 'admin';
/** Who is shown an own field. */
export type FieldReader = 'self' | 'admin';

export interface FieldOptions {
  /** @default [] */
  readonly set?: readonly FieldSetter[];
  /** @default [] */
  readonly show?: readonly FieldReader[];
  /** What a form calls it. @default the property's name */
  readonly label?: string;
  /** A further check beside type, length and null of the column (https://standardschema.dev). It must answer synchronously. */
  readonly schema?: StandardSchema;
}

export interface OwnField extends Required<Omit<FieldOptions, 'schema'>> {
  readonly name: string;
  readonly schema: StandardSchema | undefined;
}

const FIELDS = Symbol('nestjs-users:fields');
interface WithFields {
  [FIELDS]?: readonly OwnField[];
}

/**
 * Lets routes set or show a column of the host's user class. A column without it is neither set nor shown by any route. The one list
 * serves body checks, answers, the API document and the admin page.
 */
export function Field({ set = [], show = [], label, schema }: FieldOptions = {}): PropertyDecorator {
  return (target, property) => {
    const owner = target as WithFields;
    const field: OwnField = { name: String(property), set, show, label: label ?? String(property), schema };
    // A new array: the one found may be inherited from the parent class.
    Object.defineProperty(owner, FIELDS, { value: [...(owner[FIELDS] ?? []), field], configurable: true });
  };
}

/** The own fields of a user class or of a user, in the order of declaration. */
export function ownFieldsOf(user: object): readonly OwnField[] {
  return (user as WithFields)[FIELDS] ?? [];
}
