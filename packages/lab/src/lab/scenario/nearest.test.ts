import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { editDistance, nearest, suggest } from "./nearest.js";

test("the edit distance counts inserts, deletes, changes and exchanged neighbours", () => {
  const cases: [string, string, number][] = [
    ["", "", 0],
    ["", "rst", 3],
    ["rst", "rst", 0],
    ["rts", "rst", 1],
    ["blackhle", "blackhole", 1],
    ["heel", "heal", 1],
    ["hangs", "hang", 1],
    ["fin", "rst", 3],
  ];
  for (const [a, b, distance] of cases) assert.equal(editDistance(a, b), distance, `${a} ${b}`);
});

test("the edit distance is symmetric, zero for the same word only, and at most the longer word", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a));
      assert.equal(distance === 0, a === b);
      assert.ok(distance <= Math.max(a.length, b.length));
      assert.ok(distance >= Math.abs(a.length - b.length));
    }),
  );
});

test("the nearest word is found whatever its case, and nothing when none is near", () => {
  assert.equal(nearest("Timelin", ["timeline", "title"]), "timeline");
  assert.equal(nearest("EL6-297", ["el6-279", "v3.6"]), "el6-279");
  assert.equal(nearest("zebra", ["timeline", "title"]), undefined);
  assert.equal(suggest("zebra", ["fin", "rst"]), "known: fin, rst");
  assert.equal(suggest("rts", ["fin", "rst"]), "did you mean rst?");
  assert.equal(suggest("rts", []), "there is none");
});
