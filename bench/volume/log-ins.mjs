// P9 and P10: how many log-ins a second, and what everybody else feels of them.
import { median, spreadOf } from '../median.mjs';
import { beside, Probe } from './probe.mjs';
import { inRounds } from './rounds.mjs';
import { said, SIZES } from './sizes.mjs';

/** So many more than may hash at once: somebody always waits, and no place in the lane is empty between two hashes. */
const WAITING = 7;

/**
 * The most that the machine gives for so many hashes at once, argon2 alone, called again as soon as it is done; and log-ins, as many hashes at
 * once, with people at the door.
 */
export async function logins(stage) {
  const app = await stage.start();
  const { concurrency } = await app.order('people');
  const callers = concurrency + WAITING;
  const round = async (seconds) => ({
    bare: await app.order('verify', { atOnce: concurrency, seconds }),
    whole: await app.order('logIn', { atOnce: callers, seconds }),
  });
  await round(1);
  const rounds = await inRounds(() => round(SIZES.seconds));
  const [whole, bare] = ['whole', 'bare'].map((side) => median(rounds.map((found) => found[side])).toFixed(1));
  return [
    {
      what: 'log-ins / argon2 verifications, a second each',
      size: `${rounds.length} rounds of ${SIZES.seconds} s each`,
      atLeast: 0.95,
      ...spreadOf(rounds.map((found) => found.whole / found.bare)),
      hashes: concurrency,
      detail: `${whole} of ${bare}, hashes at once on both sides: ${concurrency}, people logging in: ${callers}`,
    },
  ];
}

export async function crowd(stage) {
  const app = await stage.start();
  const { token, concurrency } = await app.order('people');
  const probe = new Probe(`${app.url}/guarded`, token);
  const rounds = await inRounds(() => crowdedRound(app, probe));
  const size = `200 log-ins wait, ${concurrency} run`;
  const reads = rounds.reduce((sum, round) => sum + round.reads, 0);
  return [
    { what: 'p99 of a guarded route while log-ins wait / alone', size, atMost: 3, ...beside(rounds) },
    {
      what: 'longest of the file reads meanwhile, ms',
      size,
      atMost: 50,
      ...spreadOf(rounds.map(({ longestRead }) => longestRead)),
      detail: `${said(reads)} reads in ${rounds.length} rounds`,
    },
    {
      what: 'a log-in beyond the queue: 503 with Retry-After',
      size,
      atLeast: 1,
      measured: Math.min(...rounds.map(({ refused }) => refused)),
    },
  ];
}

async function crowdedRound(app, probe) {
  await probe.warm(1_000);
  const alone = await probe.for(SIZES.sampled);
  await app.order('startFlood');
  await probe.warm(500);
  const [crowded, refused] = [await probe.for(SIZES.sampled), await refusedLogin(app)];
  return { alone, crowded, refused, ...(await app.order('stopFlood')) };
}

/** @returns 1 when one of some log-ins was refused as it must be, while the queue is full. */
async function refusedLogin({ url, login }) {
  for (let tries = 0; tries < 20; tries += 1) {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${login.path}`, { method: 'POST', headers, body: JSON.stringify(login.body) });
    await answer.text();
    if (answer.status === 503 && /^[1-9]\d*$/.test(answer.headers.get('retry-after') ?? '')) return 1;
  }
  return 0;
}
