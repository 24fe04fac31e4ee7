/** Something of ours that goes with somebody else's object, seen by nobody but its owner. */
export interface Attachment<V> {
  get(target: object): V | undefined;
  set(target: object, value: V): void;
}

/** A constructor that gives its subclasses an object for their `this` that is there already. */
const Host = function (target: object): object {
  return target;
} as unknown as new (target: object) => object;

/**
 * Each call makes an attachment of its own. It is what a WeakMap is: not inherited, not copied with the object, possible on a frozen one;
 * but as a private field. A WeakMap with a key for each request costs microseconds of each, most of them the garbage collector's.
 */
export function attachment<V>(): Attachment<V> {
  return class Attached extends Host {
    #value: V;

    private constructor(target: object, value: V) {
      super(target);
      this.#value = value;
    }

    static get(target: object): V | undefined {
      return #value in target ? target.#value : undefined;
    }

    static set(target: object, value: V): void {
      if (#value in target) target.#value = value;
      else new Attached(target, value);
    }
  };
}
