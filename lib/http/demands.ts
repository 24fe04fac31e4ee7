/** What a route asks of who comes, beside a session. */
export type Demand =
  /** All of these. */
  | { readonly kind: 'permission'; readonly names: readonly string[] }
  /** One of these. */
  | { readonly kind: 'role'; readonly names: readonly string[] }
  /** All of these, of an API key; none opens the route to every key. */
  | { readonly kind: 'scope'; readonly names: readonly string[] }
  | ResourceDemand;

/** A level on the resource whose id the call names. */
export interface ResourceDemand {
  readonly kind: 'resource';
  readonly level: string;
  readonly resource: string;
  /** What the id is called: a parameter of the path, an argument of a query, a field of a message. */
  readonly param: string;
}

const DEMANDS = 'nestjs-users:demands';

/** Adds a demand to a class or a method: two of one kind on one target both hold. */
export function demanding(demand: Demand): ClassDecorator & MethodDecorator {
  return (target: object, _name?: string | symbol, descriptor?: PropertyDescriptor): void => {
    const on = (descriptor?.value as object | undefined) ?? target;
    Reflect.defineMetadata(DEMANDS, [...demandsOn(on), demand], on);
  };
}

/** What stands on a class, with what it inherits, or on a method. */
export function demandsOn(target: object): readonly Demand[] {
  return (Reflect.getMetadata(DEMANDS, target) as readonly Demand[] | undefined) ?? [];
}

/** A demand for nothing would let everybody in: a fault at start-up, not at the first request. */
export function someOf(names: readonly string[], decorator: string): readonly string[] {
  if (names.length === 0) throw new TypeError(`${decorator}() must name at least one.`);
  return names;
}
