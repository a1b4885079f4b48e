import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { newSplitter } from "./scc.js";
import { ring } from "./verdict.fixture.js";
import { littleGraphs, reach, stepsOf } from "./verdict-oracle.fixture.js";

test("components are the sets of states that reach each other, successors first, among the members alone", () => {
  fc.assert(
    fc.property(littleGraphs, fc.infiniteStream(fc.boolean()), (graph, coin) => {
      const region = Int32Array.from({ length: graph.count }, () => (coin.next().value ? 7 : 1));
      const members = Int32Array.from(region.keys()).filter((s) => region[s] === 7);
      const inner = stepsOf(graph).filter((x) => region[x.from] === 7 && region[x.to] === 7);
      const split = newSplitter(graph);
      const { count, states, first } = split(members, region, 7);

      const number = new Map<number, number>();
      for (let i = 0; i < count; i++) {
        for (const s of states.subarray(first[i]!, first[i + 1]!)) number.set(s, i);
      }
      assert.deepEqual([...number.keys()].sort(), [...members].sort());
      for (const a of members) {
        for (const b of members) {
          const together = reach(inner, a).has(b) && reach(inner, b).has(a);
          assert.equal(number.get(a) === number.get(b), together);
        }
      }
      for (const x of inner) assert.ok(number.get(x.to)! <= number.get(x.from)!);
      assert.deepEqual(split(members, region, 7), { count, states, first });
    }),
    { numRuns: 1000 },
  );
});

test("a way as long as the graph is no matter of the stack", () => {
  const graph = ring(300_000);
  const members = Int32Array.from({ length: graph.count }, (_, s) => s);
  assert.equal(newSplitter(graph)(members, new Int32Array(graph.count), 0).count, 1);
});
