// The soak, for as long as a test may take: random outages of a fixed seed. `soak.mjs` plays it for hours.
import assert from "node:assert/strict";
import { test } from "node:test";
import { run } from "./run.mjs";

test("20 s of outages: every call settles once, rightly, soon after the heal; nothing is left", async (t) => {
  const result = await run({ ms: 20_000, seed: 2012, depth: 4, mostTroubleMs: 2500 });
  for (const { name, text } of result.verdicts) t.diagnostic(`${name}: ${text}`);
  const bad = result.verdicts.filter(({ ok }) => ok === false).map(({ name, text }) => `${name}: ${text}`);
  assert.deepEqual(bad, []);
});
