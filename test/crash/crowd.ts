import { randomInt } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { ServedApp } from './killable-app.js';
import { Person } from './person.js';

export const CROWD_SIZE = 8;

/** Eight people at a time use the app. Who leaves it, or never got in, makes room for another. */
export class Crowd {
  private people: Person[] = [];
  /** Who left since the last judgement: he must stay away. */
  private readonly departed: Person[] = [];
  private born = 0;
  private answers = 0;
  private answered: () => void = () => undefined;

  /** Lets them live until `crash` strikes, within the next few answers. @returns what the app did before that no app may do. */
  async liveUntil(crash: () => Promise<void>, app: ServedApp): Promise<string[]> {
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const fatal = this.answers + randomInt(CROWD_SIZE, 8 * CROWD_SIZE);
    let struck = null as Promise<void> | null;
    this.answered = () => {
      this.answers += 1;
      if (this.answers >= fatal) struck ??= crash().finally(() => over.abort());
    };
    const live = async (place: number): Promise<string[]> => {
      while (struck === null) {
        const person = this.personAt(place);
        const faults = await person.live(app, over.signal);
        if (faults.length > 0) return faults;
      }
      return [];
    };
    const faults = await Promise.all(Array.from({ length: CROWD_SIZE }, (_, place) => live(place)));
    await struck;
    this.answered = () => undefined;
    return faults.flat();
  }

  /** @returns what they find wrong. */
  async judge(app: ServedApp): Promise<string[]> {
    const judges = [...this.people, ...this.departed.splice(0)];
    return (await Promise.all(judges.map((person) => person.judge(app)))).flat();
  }

  /** How many people ever used the app. */
  get size(): number {
    return this.born;
  }

  private personAt(place: number): Person {
    const known = this.people[place];
    if (known?.isAtHome === true) return known;
    if (known !== undefined) this.departed.push(known);
    const person = new Person(`person${this.born}`, () => this.answered());
    this.born += 1;
    this.people[place] = person;
    return person;
  }
}
