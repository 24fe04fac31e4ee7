// One request every few milliseconds, however long the others take: what somebody waits for who is not part of the load.
import { Agent, get } from 'node:http';
import { median, spreadOf } from '../median.mjs';
import { said } from './sizes.mjs';

const EVERY = 4;

export class Probe {
  #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url, token) {
    this.url = url;
    this.headers = { authorization: `Bearer ${token}` };
  }

  /** Asks for so many milliseconds, of which nothing is told. */
  async warm(milliseconds) {
    await this.during(new Promise((resolve) => setTimeout(resolve, milliseconds)), 0);
  }

  /** @returns what was found in so many milliseconds. */
  async for(milliseconds) {
    const [found] = await this.during(new Promise((resolve) => setTimeout(resolve, milliseconds)));
    return found;
  }

  /** @returns what was found until `task` was done, and what that gave. */
  async during(task, least = 100) {
    const asked = [];
    const timer = setInterval(() => asked.push(this.#ask()), EVERY);
    const value = await task.finally(() => clearInterval(timer));
    const times = (await Promise.all(asked)).sort((a, b) => a - b);
    if (times.length < least) throw new Error(`${times.length} requests tell nothing of a p99: give it more rows`);
    return [{ count: times.length, p99: times[Math.floor(times.length * 0.99)] }, value];
  }

  #ask() {
    const startedAt = performance.now();
    return new Promise((resolve, reject) => {
      get(this.url, { agent: this.#agent, headers: this.headers }, (answer) => {
        answer.resume();
        answer.once('end', () =>
          answer.statusCode === 200 ? resolve(performance.now() - startedAt) : reject(new Error(`${this.url}: ${answer.statusCode}`)),
        );
      }).once('error', reject);
    });
  }
}

/** What rounds with an `alone` and a `crowded` each say together: the ratio of their p99, and the requests of all rounds. */
export function beside(rounds) {
  const told = (side) => {
    const count = rounds.reduce((sum, round) => sum + round[side].count, 0);
    return `${median(rounds.map((round) => round[side].p99)).toFixed(2)} ms of ${said(count)}`;
  };
  return {
    ...spreadOf(rounds.map(({ crowded, alone }) => crowded.p99 / alone.p99)),
    detail: `${told('crowded')} and ${told('alone')} in ${rounds.length} rounds`,
  };
}
