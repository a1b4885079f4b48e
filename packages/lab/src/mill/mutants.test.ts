import assert from "node:assert/strict";
import { test } from "node:test";
import { hunt } from "./hunt.fixture.js";
import { load, MUTANTS } from "./mutants.fixture.js";

test("the core as it is passes everything", async () => {
  const found = hunt(await load({ name: "none", edits: [] }), 10);
  assert(!("property" in found), JSON.stringify(found));
});

for (const mutant of MUTANTS) {
  test(`caught: ${mutant.name}`, async (t) => {
    const found = hunt(await load(mutant), 60);
    assert("property" in found, `nothing noticed in ${found.executions} executions`);
    t.diagnostic(`${found.property} after ${found.executions} executions: ${found.why}`);
    assert(mutant.caughtBy.includes(found.property), `${found.property}: ${found.why}`);
  });
}
