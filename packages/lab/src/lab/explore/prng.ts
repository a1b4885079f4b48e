/** Chance from a seed: the same numbers on every machine, and as many independent streams of them as wanted. */

/** A stream of pseudo-random numbers. */
export interface Random {
  /** The next whole number from 0 to 2^32 - 1. */
  next(): number;
  /** The next whole number from 0 to `limit` - 1, for a limit up to 2^32; some come up to limit / 2^32 more often. */
  below(limit: number): number;
  /** A stream of its own, seeded by the next three numbers of this one. */
  split(): Random;
}

/** Rounds that a new stream throws away until every bit of its seed has reached every word. */
const WARM_UP = 12;

/**
 * The stream of `seed`, a whole number from 0 to 2^53 - 1: sfc32 (Doty-Humphrey, PractRand: 96 bits of state and a
 * 32-bit counter), its words filled by SplitMix (Steele, Lea, Flood 2014, with the 32-bit finaliser of MurmurHash3)
 * from the two halves of the seed, so that neighbouring seeds have nothing in common.
 */
export function newRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed ${seed}: give a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`);
  }
  const low = seed | 0;
  const high = (seed / 0x1_0000_0000) | 0;
  return sfc32(mix32(low + GAMMA), mix32(mix32(low + 2 * GAMMA) ^ high), mix32(high + 3 * GAMMA));
}

/** SplitMix's step: 2^32 over the golden ratio, odd. */
const GAMMA = 0x9e3779b9;

/** MurmurHash3's 32-bit finaliser: one-to-one, and every bit of the result depends on every bit of `word`. */
export function mix32(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

function sfc32(seedA: number, seedB: number, seedC: number): Random {
  let a = seedA | 0;
  let b = seedB | 0;
  let c = seedC | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < WARM_UP; i++) next();
  return {
    next,
    below: (limit) => Math.floor((next() * limit) / 0x1_0000_0000),
    split: () => sfc32(next(), next(), next()),
  };
}
