import { afterEach, describe, expect, it } from '@jest/globals';
import { HostApp } from '../../support/host-app.js';
import { NO_LIMITS } from '../../support/limits.js';
import { LONG, moment, race, RACERS, ROUNDS } from '../../support/race.js';

let host: HostApp;
afterEach(() => host.close());

/** Fifteen who ask, at any moment of the end that the sixteenth makes; and then one who asks when that was told. */
async function lastWord(check: (token: string) => Promise<string>, end: (token: string) => Promise<unknown>): Promise<string> {
  const { token } = await host.sessions.open({ username: 'ann' });
  await race(RACERS, async (index) => {
    await new Promise((resolve) => setTimeout(resolve, index % 5));
    return index === 8 ? end(token) : check(token);
  });
  return check(token);
}

const check = async (token: string): Promise<string> => (await host.sessions.check(token)).status;

describe('sixteen at once on a cache of sessions', () => {
  it(
    'never bring back what one of them has ended, however late they are answered [B-61] [B-72]',
    async () => {
      host = await HostApp.start({ limits: NO_LIMITS, sessions: { cache: { lifetime: '1m' } } });
      await host.user('ann');
      for (let round = 0; round < ROUNDS; round += 1)
        expect(await lastWord(check, (token) => host.sessions.endByToken(token))).toBe('not_found');
    },
    LONG,
  );

  it(
    'do so where a cache keeps whatever it is answered (the control) [B-61]',
    async () => {
      host = await HostApp.start({ limits: NO_LIMITS });
      await host.user('ann');
      const kept = new Set<string>();
      const naive = async (token: string): Promise<string> => {
        if (kept.has(token)) return 'ok';
        const status = await check(token);
        await moment();
        if (status === 'ok') kept.add(token);
        return status;
      };
      const end = async (token: string): Promise<void> => {
        await host.sessions.endByToken(token);
        kept.delete(token);
      };
      const words: string[] = [];
      for (let round = 0; round < ROUNDS && !words.includes('ok'); round += 1) words.push(await lastWord(naive, end));
      expect(words).toContain('ok');
    },
    LONG,
  );
});
