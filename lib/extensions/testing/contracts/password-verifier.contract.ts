import assert from 'node:assert/strict';
import type { PasswordVerifier } from '../../../index.js';
import { contract } from './contract-case.js';

/** A verifier writes nothing, so somebody has to bring a hash that the other system made. */
export interface PasswordVerifierSubject {
  readonly verifier: PasswordVerifier;
  readonly hash: string;
  readonly password: string;
}

const FOREIGN = ['', ' ', '$', 'plain text', '$nonesuch$v=1$m=1$c2FsdA$aGFzaA', 'ÿ'.repeat(600)];

/** What every {@link PasswordVerifier} keeps. */
export const passwordVerifierContract = contract<PasswordVerifierSubject>({
  'a verifier reads the hash and knows its password, and no other': async (make) => {
    const { verifier, hash, password } = await make();
    assert.equal(verifier.reads(hash), true);
    assert.equal(await verifier.verify(hash, password), true);
    for (const other of ['', `${password}x`, password.slice(0, -1), 'another one']) {
      assert.equal(await verifier.verify(hash, other), false, `accepted ${JSON.stringify(other)}`);
    }
  },
  'a verifier reads nothing that is not of its form, and never throws': async (make) => {
    const { verifier } = await make();
    for (const hash of FOREIGN) assert.equal(verifier.reads(hash), false, `reads ${JSON.stringify(hash)}`);
  },
  'a verifier reads no hash that was cut short or continued': async (make) => {
    const { verifier, hash } = await make();
    for (const broken of [hash.slice(0, hash.length / 2), hash.slice(0, -7), hash.slice(4), ` ${hash}`, `${hash}\n`]) {
      assert.equal(verifier.reads(broken), false, `reads ${JSON.stringify(broken)}`);
    }
  },
});
