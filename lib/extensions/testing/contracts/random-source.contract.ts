import assert from 'node:assert/strict';
import type { RandomSource } from '../../../index.js';
import { contract } from './contract-case.js';

const DRAWS = 2_000;
const MANY_BYTES = 65_536;

/** What every {@link RandomSource} keeps. It finds a source that repeats itself; no test finds one that can be guessed. */
export const randomSourceContract = contract<RandomSource>({
  'a random source gives exactly as many bytes as asked for': async (make) => {
    const random = await make();
    for (const size of [1, 8, 16, 32, 33, 64, 1_000]) {
      const bytes = random.bytes(size);
      assert.ok(Buffer.isBuffer(bytes), 'bytes() must return a Buffer');
      assert.equal(bytes.length, size);
    }
  },
  'a random source never repeats itself, in two instances neither': async (make) => {
    const sources = [await make(), await make()];
    const drawn = sources.flatMap((random) => Array.from({ length: DRAWS }, () => random.bytes(16).toString('hex')));
    assert.equal(new Set(drawn).size, drawn.length);
  },
  'a random source keeps no hold on what it gave': async (make) => {
    const random = await make();
    const first = random.bytes(32);
    const copy = Buffer.from(first);
    random.bytes(32).fill(0);
    assert.deepEqual(first, copy);
  },
  'a random source uses every bit alike': async (make) => {
    const bytes = (await make()).bytes(MANY_BYTES);
    for (let bit = 0; bit < 8; bit += 1) {
      const share = bytes.reduce((sum, byte) => sum + ((byte >> bit) & 1), 0) / MANY_BYTES;
      assert.ok(share > 0.48 && share < 0.52, `bit ${bit} is set in ${(share * 100).toFixed(1)} % of the bytes`);
    }
  },
});
