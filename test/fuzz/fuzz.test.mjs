// A few seconds of fuzz.mjs, the same every time.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { dice, mix } from "./random.mjs";
import { targets } from "./targets.mjs";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");
const SEED = 2012;
/** What caches and the optimiser may keep. */
const KEPT_BYTES = 24 << 20;

for (const { name, cases, run } of targets) {
  test(`${name}: ${cases} cases of seed ${SEED}`, async () => {
    let before = 0;
    for (let n = 0; n < cases; n++) {
      if (n === Math.floor(cases / 4)) before = await kept();
      try {
        await run(dice(mix(SEED, n)));
      } catch (error) {
        throw new Error(`again: node test/fuzz/fuzz.mjs --target ${name} --seed ${SEED} --case ${n}`, {
          cause: error,
        });
      }
    }
    const more = (await kept()) - before;
    assert.ok(more < KEPT_BYTES, `${more} bytes more are kept after three quarters of the cases`);
  });
}

/** Buffers are given back some time after the collection that found them dead. */
async function kept() {
  gc();
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
