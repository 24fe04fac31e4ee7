import assert from 'node:assert/strict';
import type { PasswordHasher } from '../../../index.js';
import { contract } from './contract-case.js';

const PASSWORD = 'pässword 🔒 of some length';
const LONG = 'x'.repeat(255);
const FOREIGN = ['', ' ', '$', '$$$$', 'plain text', '$argon2id$', '$nonesuch$v=1$m=1$c2FsdA$aGFzaA', '$2b$10$short', 'ÿ'.repeat(600)];

/** What every {@link PasswordHasher} keeps. Each case hashes a few times, so a slow hasher takes its time. */
export const passwordHasherContract = contract<PasswordHasher>({
  'a hasher knows the password again, and no other': async (make) => {
    const hasher = await make();
    const hash = await hasher.hash(PASSWORD);
    assert.equal(await hasher.verify(hash, PASSWORD), true);
    for (const other of ['', PASSWORD.toUpperCase(), `${PASSWORD} `, PASSWORD.slice(0, -1)]) {
      assert.equal(await hasher.verify(hash, other), false, `accepted ${JSON.stringify(other)}`);
    }
  },
  'a hasher reads what another instance wrote': async (make) => {
    const hash = await (await make()).hash(PASSWORD);
    assert.equal(await (await make()).verify(hash, PASSWORD), true);
  },
  'a hasher reads long passwords to their end': async (make) => {
    const hasher = await make();
    const hash = await hasher.hash(`${LONG}a`);
    assert.equal(await hasher.verify(hash, `${LONG}a`), true);
    assert.equal(await hasher.verify(hash, `${LONG}b`), false, 'the end of a long password does not count');
  },
  'a hasher salts: the same password gives another hash': async (make) => {
    const hasher = await make();
    assert.notEqual(await hasher.hash(PASSWORD), await hasher.hash(PASSWORD));
  },
  'a hash names its algorithm, fits its column and does not hold the password': async (make) => {
    const hash = await (await make()).hash('correct-horse-battery');
    assert.match(hash, /^\$[a-z0-9-]+\$[\x21-\x7e]+$/);
    assert.ok(hash.length <= 512, `${hash.length} characters`);
    assert.ok(!hash.includes('correct-horse-battery'));
  },
  'a hasher says no to what is no hash of its own, and never throws': async (make) => {
    const hasher = await make();
    const own = await hasher.hash(PASSWORD);
    for (const hash of [...FOREIGN, own.slice(0, -30), own.slice(0, 12), own.slice(3), ` ${own}`, otherEnd(own)]) {
      assert.equal(await hasher.verify(hash, PASSWORD), false, `accepted ${JSON.stringify(hash)}`);
    }
  },
  'a fresh hash is up to date, a foreign one is not': async (make) => {
    const hasher = await make();
    assert.equal(hasher.isOutdated(await hasher.hash(PASSWORD)), false);
    for (const hash of FOREIGN) assert.equal(hasher.isOutdated(hash), true, `${JSON.stringify(hash)} counts as up to date`);
  },
  'a hasher reads its own hashes, and says of any text whether it does': async (make) => {
    const hasher = await make();
    assert.equal(hasher.reads(await hasher.hash(PASSWORD)), true);
    for (const hash of FOREIGN) assert.equal(typeof hasher.reads(hash), 'boolean');
  },
});

/** The last characters of a base64 text may hold bits that do not count: this changes some that do. */
function otherEnd(hash: string): string {
  const at = hash.length - 6;
  return hash.slice(0, at) + (hash[at] === 'A' ? 'B' : 'A') + hash.slice(at + 1);
}
