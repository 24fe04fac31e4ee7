import { DomainEvent } from '../kernel/domain-event.js';

/** A batch of users came over from another system; no event of its own is told of each. */
export class UsersImported extends DomainEvent {
  override readonly name = 'users.imported';
  override readonly userId = null;

  constructor(
    at: Date,
    readonly source: string,
    readonly count: number,
  ) {
    super(at);
  }
}
