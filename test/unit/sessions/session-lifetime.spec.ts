import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { after } from '../../../lib/kernel/duration.js';
import { expiresAtOf, isOver } from '../../../lib/sessions/session-lifetime.js';

const MINUTE = 60_000;
const opened = new Date('2026-11-03T09:12:00.000Z');
const rule = { idleTimeout: 15 * MINUTE, sliding: true };
const session = { createdAt: opened, lastSeenAt: opened, endsAt: after(opened, 60 * MINUTE), fixed: false };
const at = (length: number): Date => after(opened, length);

describe('the life of a session', () => {
  it.each([
    ['a millisecond before its idle time-out', 15 * MINUTE - 1, false],
    ['at its idle time-out', 15 * MINUTE, true],
    ['a millisecond behind it', 15 * MINUTE + 1, true],
  ])('is judged to the millisecond [B-77] [W10]: %s', (_, passed, over) => expect(isOver(session, rule, at(passed))).toBe(over));

  it('is prolonged by use, but never beyond the absolute end [B-76]', () => {
    const used = { ...session, lastSeenAt: at(50 * MINUTE) };
    expect(expiresAtOf(used, rule)).toEqual(at(60 * MINUTE));
    expect(isOver(used, rule, at(60 * MINUTE - 1))).toBe(false);
    expect(isOver(used, rule, at(60 * MINUTE))).toBe(true);
  });

  it('counts from the log-in without sliding', () => {
    const used = { ...session, lastSeenAt: at(14 * MINUTE) };
    expect(isOver(used, { ...rule, sliding: false }, at(15 * MINUTE))).toBe(true);
  });

  it('ends where a caller said, used or not', () => {
    const fixed = { ...session, fixed: true, endsAt: at(20 * MINUTE) };
    expect(isOver(fixed, rule, at(20 * MINUTE - 1))).toBe(false);
    expect(isOver({ ...fixed, lastSeenAt: at(19 * MINUTE) }, rule, at(20 * MINUTE))).toBe(true);
  });

  it('never ends where a caller said never', () => {
    const never = { ...session, fixed: true, endsAt: null };
    expect(expiresAtOf(never, rule)).toBeNull();
    expect(isOver(never, rule, at(1e12))).toBe(false);
  });

  it('is over at, and only from, the instant that is shown as its end', () => {
    const lengths = fc.integer({ min: 0, max: 1e10 });
    fc.assert(
      fc.property(lengths, lengths, lengths, fc.boolean(), fc.boolean(), (seen, end, idleTimeout, sliding, fixed) => {
        const one = { createdAt: opened, lastSeenAt: at(seen), endsAt: at(end), fixed };
        const shown = expiresAtOf(one, { idleTimeout, sliding });
        if (shown === null) return false;
        const [before, from] = [after(shown, -1), shown];
        return shown <= at(end) && !isOver(one, { idleTimeout, sliding }, before) && isOver(one, { idleTimeout, sliding }, from);
      }),
    );
  });
});
