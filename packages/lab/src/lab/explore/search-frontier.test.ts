import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Frontier } from "./search-frontier.js";

/** Runs of pushes (above 0), of takes at the old end or at the new one; `again`: saved and loaded into another. */
const deeds = fc.array(
  fc.oneof(
    fc.record({ push: fc.integer({ min: 1, max: 300 }) }),
    fc.record({ take: fc.integer({ min: 1, max: 200 }), newest: fc.boolean() }),
    fc.constant("again" as const),
  ),
  { maxLength: 25 },
);

test("gives back what an array would, from either end, however it wrapped and grew", () => {
  fc.assert(
    fc.property(deeds, (list) => {
      let frontier = new Frontier(2);
      const waiting: number[] = [];
      let next = 0;
      for (const deed of list) {
        if (deed === "again") {
          const saved = frontier.save();
          assert.equal(saved.length, waiting.length * 4);
          frontier = new Frontier(2);
          frontier.load(saved);
        } else if ("push" in deed) {
          for (let i = 0; i < deed.push; i++, next++) {
            frontier.push(next, next + 1, Int32Array.of(99, -next, next * 7), 1);
            waiting.push(next);
          }
        } else {
          for (let i = 0; i < deed.take && waiting.length > 0; i++) {
            const number: number = deed.newest ? waiting.pop()! : waiting.shift()!;
            const record = frontier.take(deed.newest);
            assert.deepEqual(
              [...frontier.ring.subarray(record, record + 4)],
              [number, number + 1, 0 - number, number * 7],
            );
          }
        }
        assert.equal(frontier.count, waiting.length);
      }
    }),
  );
});
