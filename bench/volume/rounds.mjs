// Rounds: what is compared is measured in turn in each of them, so that a slow minute of the machine is on both sides.
import { SIZES } from './sizes.mjs';

/** @returns what each of the rounds found. */
export async function inRounds(round) {
  const found = [];
  for (let turn = 0; turn < SIZES.rounds; turn += 1) found.push(await round());
  return found;
}
