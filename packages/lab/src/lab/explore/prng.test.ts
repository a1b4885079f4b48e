import assert from "node:assert/strict";
import { test } from "node:test";
import { newRandom, type Random } from "./prng.js";

const take = (random: Random, count: number) => Array.from({ length: count }, () => random.next());

// From the algorithms written once more, in C.
const GOLDEN: readonly (readonly [seed: number, ...numbers: number[]])[] = [
  [0, 177883136, 3205014948, 1759561077, 3817745561],
  [1, 595409827, 2085688767, 1640650676, 1719111897],
  [2, 504530394, 2431793081, 282957910, 307421308],
  [2 ** 32, 3195886029, 2176457589, 1178618781, 3787688638],
  [2 ** 53 - 1, 954509516, 2439508374, 482838755, 4201090919],
];
for (const [seed, ...numbers] of GOLDEN) {
  test(`seed ${seed} gives the numbers it has always given`, () => {
    assert.deepEqual(take(newRandom(seed), numbers.length), numbers);
  });
}

test("a split stream takes three numbers of its parent and nothing more", () => {
  const parent = newRandom(1);
  assert.deepEqual(take(parent.split(), 2), [3200845122, 4259006673]);
  assert.equal(parent.next(), 1719111897);
});

test("below() spreads evenly and stays below", () => {
  const random = newRandom(7);
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 70_000; i++) counts[random.below(7)]!++;
  for (const count of counts) assert.ok(Math.abs(count - 10_000) < 400, counts.join(" "));
});

test("a seed that is no whole number is refused", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) assert.throws(() => newRandom(seed), RangeError);
});
