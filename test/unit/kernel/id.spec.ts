import { describe, expect, it } from '@jest/globals';
import { isId, lastIdOf, newId } from '../../../lib/kernel/id.js';
import { RandomSource } from '../../../lib/kernel/random-source.port.js';
import { SystemRandomSource } from '../../../lib/kernel/system-random-source.js';

class Ones extends RandomSource {
  override bytes(length: number): Buffer {
    return Buffer.alloc(length, 0xff);
  }
}

describe('a new id', () => {
  it('is a UUIDv7 as RFC 9562, section 5.7, lays it out', () => {
    // The instant of the RFC's own example, appendix A.6.
    const id = newId(new Date(0x017f22e279b0), new Ones());
    expect(id).toBe('017f22e2-79b0-7fff-bfff-ffffffffffff');
  });

  it('is at most the last of its instant, and greater than the last of the one before', () => {
    const at = new Date(1_700_000_000_001);
    const ids = [newId(at, new Ones()), newId(at, new SystemRandomSource())];
    expect(ids.every((id) => id <= lastIdOf(at) && id > lastIdOf(new Date(at.getTime() - 1)))).toBe(true);
    expect([isId(lastIdOf(at)), isId(lastIdOf(new Date(-1)))]).toEqual([true, true]);
  });

  it('sorts by time', () => {
    const random = new SystemRandomSource();
    const ids = [0, 1, 1_000, 1_700_000_000_000, 1_700_000_000_001, 2 ** 48 - 1].map((time) => newId(new Date(time), random));
    expect([...ids].sort()).toEqual(ids);
  });

  it('is another one each time, within one millisecond too', () => {
    const random = new SystemRandomSource();
    const now = new Date(1_700_000_000_000);
    expect(new Set(Array.from({ length: 10_000 }, () => newId(now, random))).size).toBe(10_000);
  });
});

describe('the check of an id', () => {
  it('takes lower-case uuids', () => expect(isId('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toBe(true));

  it.each([
    [''],
    ['017F22E2-79B0-7CC3-98C4-DC0C0C07398F'],
    ['017f22e279b07cc398c4dc0c0c07398f'],
    ['{017f22e2-79b0-7cc3-98c4-dc0c0c07398f}'],
    ['017f22e2-79b0-7cc3-98c4-dc0c0c07398f\n'],
    ["1' OR '1'='1"],
    [null],
    [undefined],
    [NaN],
    [{}],
    [['017f22e2-79b0-7cc3-98c4-dc0c0c07398f']],
  ])('[B-06] refuses %p', (value) => expect(isId(value)).toBe(false));
});
