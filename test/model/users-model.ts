import { RULES } from './model-app.js';

/** What a user should be like. */
export interface Person {
  readonly id: string;
  name: string | null;
  /** `null`: none. */
  password: string | null;
  failures: number;
  isPasswordDisabled: boolean;
  mustChange: boolean;
  isAdmin: boolean;
  isPending: boolean;
  isDisabled: boolean;
  isDeleted: boolean;
  ban: { until: number | null } | null;
  /** Of a registration that waits. */
  waiting: string | null;
}

/** A session or an API key, as long as there is a row of it. */
export interface Credential {
  readonly kind: 'session' | 'key';
  readonly id: string;
  readonly owner: Person;
  readonly createdAt: number;
  readonly endsAt: number | null;
  readonly isFixed: boolean;
  /** The one that is good; earlier ones opened it before. */
  token: string;
  lastSeenAt: number;
  isGone: boolean;
  needsPassword: boolean;
  usesLeft: number | null;
}

export interface Link {
  readonly purpose: 'reset' | 'confirm';
  readonly token: string;
  readonly owner: Person;
  readonly expiresAt: number;
  isUsed: boolean;
  isVoid: boolean;
}

export type Standing = 'ok' | 'not_found' | 'expired' | 'blackout' | 'inactive';

/** The rules, told once more and in another way: in memory, one thing after the other. */
export class UsersModel {
  readonly people: Person[] = [];
  readonly credentials: Credential[] = [];
  /** Tokens that a newer one of the same session has replaced. */
  readonly replaced: string[] = [];
  readonly links: Link[] = [];
  blackout: number | null = null;
  private readonly tries = new Map<string, { since: number; count: number }>();
  private counted = 0;

  constructor(private readonly clock: () => number) {}

  get now(): number {
    return this.clock();
  }

  /** Another number each time, for names and passwords. */
  next(): number {
    this.counted += 1;
    return this.counted;
  }

  person(more: Partial<Person> & Pick<Person, 'id'>): Person {
    const flags = { failures: 0, isPasswordDisabled: false, mustChange: false, isAdmin: false, isPending: false, isDisabled: false };
    const person = { name: null, password: null, ...flags, isDeleted: false, ban: null, waiting: null, ...more };
    this.people.push(person);
    return person;
  }

  isBanned({ ban }: Person): boolean {
    return ban !== null && (ban.until === null || ban.until > this.now);
  }

  isActive(person: Person): boolean {
    return !person.isDeleted && !person.isDisabled && !this.isBanned(person) && !person.isPending;
  }

  /** Whether an act on him would leave nobody who administrates. */
  isLastAdmin(person: Person): boolean {
    const admins = this.people.filter((each) => each.isAdmin && this.isActive(each));
    return admins.length === 1 && admins[0] === person;
  }

  isOver({ isFixed, endsAt, lastSeenAt }: Credential): boolean {
    return (endsAt !== null && endsAt <= this.now) || (!isFixed && lastSeenAt + RULES.idle <= this.now);
  }

  isShutOut({ createdAt }: Credential): boolean {
    return this.blackout !== null && createdAt <= this.blackout;
  }

  standing(credential: Credential): Standing {
    if (credential.isGone) return 'not_found';
    if (this.isOver(credential)) return 'expired';
    if (this.isShutOut(credential)) return 'blackout';
    return this.isActive(credential.owner) ? 'ok' : 'inactive';
  }

  isKeyGood(key: Credential): boolean {
    return this.standing(key) === 'ok' && key.usesLeft !== 0;
  }

  isLinkGood(link: Link): boolean {
    return !link.isVoid && link.expiresAt > this.now;
  }

  live(kind: Credential['kind'], owner?: Person): Credential[] {
    return this.credentials.filter((each) => each.kind === kind && !each.isGone && (owner === undefined || each.owner === owner));
  }

  /** He has room for one more: what is over goes, and then his oldest. */
  makeRoom(owner: Person): void {
    for (const each of [...this.live('session', owner), ...this.live('key', owner)])
      if (this.isOver(each) || this.isShutOut(each)) each.isGone = true;
    const newestFirst = this.live('session', owner).sort((a, b) => (a.id < b.id ? 1 : -1));
    for (const surplus of newestFirst.slice(RULES.most - 1)) surplus.isGone = true;
  }

  end(owner: Person, { keep, keys = true }: { keep?: Credential; keys?: boolean } = {}): void {
    for (const each of this.credentials) if (each.owner === owner && each !== keep && (keys || each.kind === 'session')) each.isGone = true;
  }

  voidLinks(owner: Person, purpose?: Link['purpose']): number {
    const there = this.links.filter((link) => link.owner === owner && !link.isVoid && (purpose === undefined || link.purpose === purpose));
    for (const link of there) link.isVoid = true;
    return there.length;
  }

  setPassword(person: Person, password: string): void {
    Object.assign(person, { password, failures: 0, isPasswordDisabled: false });
  }

  /** One more try. @returns false where it is refused before anything is looked at. */
  spend(who: string): boolean {
    const known = this.tries.get(who);
    const isLive = known !== undefined && known.since > this.now - RULES.window && known.since <= this.now + RULES.window;
    if (!isLive) this.tries.set(who, { since: this.now, count: 1 });
    else if (known.count >= RULES.tries) return false;
    else known.count += 1;
    return true;
  }

  forgive(who: string): void {
    this.tries.delete(who);
  }

  /** A password is compared. @returns whether it is his. */
  prove(person: Person, password: string): boolean {
    if (person.password === null || person.isDeleted) return false;
    const isRight = person.password === password && !person.isPasswordDisabled;
    if (isRight) person.failures = 0;
    else if (!person.isPasswordDisabled) {
      person.failures += 1;
      person.isPasswordDisabled = person.failures >= RULES.failures;
    }
    return isRight;
  }
}
