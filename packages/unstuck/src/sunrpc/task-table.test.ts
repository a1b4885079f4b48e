import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TaskTable } from "./mod.js";

test("does what a Map does", () => {
  const task = fc.oneof(fc.nat(60), fc.integer({ min: 0x7fffffc0, max: 0x7fffffff }));
  const deeds = fc.array(fc.tuple(fc.constantFrom("set", "delete", "delete"), task, fc.nat()), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(deeds, (list) => {
      const table = new TaskTable<number>();
      const map = new Map<number, number>();
      for (const [deed, key, value] of list) {
        if (deed === "set") {
          table.set(key, value);
          map.set(key, value);
        } else assert.equal(table.delete(key), map.delete(key));
        assert.equal(table.size, map.size);
        assert.equal(table.get(key), map.get(key));
        assert.equal(table.has(key), map.has(key));
      }
      const sorted = [...map].sort(([a], [b]) => a - b).map(([, value]) => value);
      assert.deepEqual(table.values(), sorted);
    }),
    { numRuns: 300 },
  );
});

test("numbers that are no tasks are not there", () => {
  const table = new TaskTable<string>();
  for (let task = 0; task < 100; task++) table.set(task, `${task}`);
  for (const other of [2 ** 31, 2 ** 32 - 1, 100]) {
    assert.equal(table.get(other), undefined, `${other}`);
    assert.equal(table.delete(other), false);
  }
});
