import assert from "node:assert/strict";
import { test } from "node:test";
import { hunt } from "./hunt.fixture.js";
import { PROPERTIES, type Property } from "./mod.js";
import { load, MUTANTS } from "./mutants.fixture.js";

const noticed = new Set<string>();

test("the core as it is passes everything", async () => {
  assert.equal(hunt(await load({ name: "none", edits: [] }), 2), undefined);
});

for (const mutant of MUTANTS) {
  test(`caught: ${mutant.name}`, async (t) => {
    const found = hunt(await load(mutant), 4);
    assert(found !== undefined, "nothing noticed it");
    t.diagnostic(`${found.property} (${found.where}): ${found.why}`);
    assert(mutant.caughtBy.includes(found.property), `${found.property}: ${found.why}`);
    noticed.add(found.property);
  });
}

test("every property is the first to notice some mutant", () => {
  const lists: (readonly Property[])[] = Object.values(PROPERTIES);
  const all = new Set(lists.flat().map(({ name }) => name));
  assert.deepEqual(
    [...all].filter((name) => !noticed.has(name)),
    [],
  );
});
