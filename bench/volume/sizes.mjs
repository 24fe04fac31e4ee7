// What the rows P9 to P14 are measured with. `few`: the sessions of the small table that the large one is compared with; `sampled`: for how many
// milliseconds a route is asked where its p99 is looked for; `turns`: how often each page is read in a round.
export const isQuick = process.argv.includes('--quick');

export const SIZES = isQuick
  ? { rounds: 3, seconds: 4, sampled: 4_000, turns: 40, sessions: 1_000_000, few: 100_000, users: 100_000, expired: 100_000 }
  : { rounds: 5, seconds: 10, sampled: 10_000, turns: 100, sessions: 10_000_000, few: 10_000, users: 1_000_000, expired: 1_000_000 };

/** One user in so many sessions: each has a few devices, and some of their earlier sessions are not over yet. */
export const SESSIONS_OF_A_USER = 10;

/** As people write numbers in a table. */
export const said = (number) => number.toLocaleString('en').replaceAll(',', ' ');
