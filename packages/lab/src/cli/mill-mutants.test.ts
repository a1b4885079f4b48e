import assert from "node:assert/strict";
import { test } from "node:test";
import { HARMLESS, hunt, MUTANTS, PROPERTY_LIST } from "../mill/mod.js";
import { loadMutant } from "./mill-mutants.js";

const noticed = new Set<string>();

test("the core as it is passes everything", async () => {
  assert.equal(hunt(await loadMutant({ name: "none", edits: [] }), 2), undefined);
});

for (const mutant of HARMLESS) {
  test(`no harm: ${mutant.name}`, async () => {
    assert.equal(hunt(await loadMutant(mutant), 4), undefined);
  });
}

for (const mutant of MUTANTS) {
  test(`caught: ${mutant.name}`, async (t) => {
    const found = hunt(await loadMutant(mutant), 4);
    assert(found !== undefined, "nothing noticed it");
    t.diagnostic(`${found.property} (${found.where}): ${found.why}`);
    assert(mutant.caughtBy.includes(found.property), `${found.property}: ${found.why}`);
    noticed.add(found.property);
  });
}

test("every property is the first to notice some mutant", () => {
  assert.deepEqual(
    PROPERTY_LIST.map(({ name }) => name).filter((name) => !noticed.has(name)),
    [],
  );
});
