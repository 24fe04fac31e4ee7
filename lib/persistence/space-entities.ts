/** A base class whose columns a space's entity inherits. */
export type RowBase<T extends object> = abstract new () => T;
export type EntityClass<T extends object> = new () => T;

/**
 * The entity classes of one user space, found by the base class that holds their columns. Each space decorates subclasses of its own,
 * with its own table names, so that two spaces live in one database and no library entity needs to know the host's user class.
 */
export class SpaceEntities {
  constructor(private readonly classes: ReadonlyMap<RowBase<object>, EntityClass<object>>) {}

  of<T extends object>(base: RowBase<T>): EntityClass<T> {
    const entity = this.classes.get(base);
    if (entity === undefined) throw new Error(`${base.name} has no entity in this user space.`);
    return entity as EntityClass<T>;
  }

  all(): EntityClass<object>[] {
    return [...this.classes.values()];
  }
}
