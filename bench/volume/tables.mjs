// P11 to P14: what becomes slower, larger or louder with the number of rows.
import { median, spreadOf } from '../median.mjs';
import { beside, Probe } from './probe.mjs';
import { inRounds } from './rounds.mjs';
import { said, SESSIONS_OF_A_USER, SIZES } from './sizes.mjs';

const MEBIBYTE = 2 ** 20;
const usersOf = (sessions) => sessions / SESSIONS_OF_A_USER;
const medianOf = (rounds, side) => median(rounds.map((found) => found[side]));

/** Two apps, one over each table, so that both are asked in each round. */
export async function checks(large, small) {
  const ways = { many: await checkOn(large, SIZES.sessions), few: await checkOn(small, SIZES.few) };
  const round = async () => ({ many: await ways.many(), few: await ways.few() });
  // The first checks of a process are slower, whatever they find.
  for (let turn = 0; turn < 4; turn += 1) await round();
  const rounds = await inRounds(round);
  const sized = (sessions) => `${said(sessions)} of ${said(usersOf(sessions))} users`;
  return [
    {
      what: 'one check among many sessions / among few',
      size: `${sized(SIZES.sessions)} / ${sized(SIZES.few)}`,
      atMost: 1.5,
      ...spreadOf(rounds.map(({ many, few }) => many / few)),
      detail: `${medianOf(rounds, 'many').toFixed(3)} ms and ${medianOf(rounds, 'few').toFixed(3)} ms`,
    },
  ];
}

async function checkOn(stage, count) {
  const app = await stage.start();
  const tokens = await stage.fill(async (filler) => {
    await filler.users({ count: usersOf(count) });
    return filler.sessions({ count, users: usersOf(count) });
  });
  return async () => (await app.order('check', tokens)).median;
}

export async function pages(stage) {
  const app = await stage.start();
  await stage.fill((filler) => filler.users({ count: SIZES.users }));
  const { after, depth } = await app.order('walk');
  const rounds = await inRounds(() => app.order('pages', { after, turns: SIZES.turns, limit: 50 }));
  return [
    {
      what: 'a page of users at the end / the first',
      size: `depth ${said(depth)} of ${said(SIZES.users)}`,
      atMost: 1.5,
      ...spreadOf(rounds.map(({ last, first }) => last / first)),
      detail: `${medianOf(rounds, 'last').toFixed(2)} ms and ${medianOf(rounds, 'first').toFixed(2)} ms`,
    },
  ];
}

export async function purge(stage) {
  const app = await stage.start();
  const { token } = await app.order('people');
  const users = usersOf(SIZES.expired);
  await stage.fill((filler) => filler.users({ count: users }));
  const probe = new Probe(`${app.url}/guarded`, token);
  const rounds = await inRounds(async () => {
    await stage.fill((filler) => filler.sessions({ count: SIZES.expired, users, over: true }));
    return purgeRound(app, probe);
  });
  const took = (medianOf(rounds, 'took') / 1_000).toFixed(1);
  return [
    {
      what: 'p99 of a guarded route during a purge / alone',
      size: `${said(SIZES.expired)} expired sessions of ${said(users)} users in ${took} s`,
      atMost: 3,
      ...beside(rounds),
    },
  ];
}

async function purgeRound(app, probe) {
  await probe.warm(1_000);
  const alone = await probe.for(SIZES.sampled);
  const [crowded, { purged, took }] = await probe.during(app.order('purge'));
  if (purged !== SIZES.expired) throw new Error(`${purged} sessions were purged, not ${SIZES.expired}`);
  return { alone, crowded, took };
}

/** Each round has a process of its own: what one has grown by, it does not grow by again. */
export async function stream(stage) {
  const app = await stage.start();
  await stage.fill((filler) => filler.users({ count: SIZES.users }));
  await app.stop();
  const rounds = await inRounds(() => streamRound(stage));
  const size = (side) => `${Math.round(medianOf(rounds, side) / MEBIBYTE)} MiB`;
  return [
    {
      what: 'resident memory more while streaming users, MiB',
      size: `${said(SIZES.users)} users`,
      atMost: 64,
      ...spreadOf(rounds.map(({ most, before }) => (most - before) / MEBIBYTE)),
      detail: `${size('most')} after ${size('before')}`,
    },
  ];
}

async function streamRound(stage) {
  const app = await stage.start();
  const found = await app.order('stream');
  await app.stop();
  if (found.seen !== SIZES.users) throw new Error(`${found.seen} users were streamed, not ${SIZES.users}`);
  return found;
}
