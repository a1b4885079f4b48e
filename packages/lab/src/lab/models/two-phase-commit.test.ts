import assert from "node:assert/strict";
import { test } from "node:test";
import { BROKEN, buildGraph, explore, GOAL, pathTo } from "../explore/mod.js";
import { twoPhaseCommit } from "./mod.js";

/** As TLC, Spin and stateright count them. */
const counts: readonly [resourceManagers: number, distinct: number, generated: number][] = [
  [3, 288, 1_146],
  [5, 8_832, 58_146],
  [7, 296_448, 2_744_706],
];

for (const order of ["bfs", "dfs"] as const) {
  for (const store of ["exact", "compact"] as const) {
    test(`${order}, ${store}: as many states and steps as every other checker finds`, () => {
      for (const [resourceManagers, distinct, generated] of counts) {
        const found = explore(twoPhaseCommit(resourceManagers), { order, store });
        assert.deepEqual([found.distinct, found.generated], [distinct, generated]);
        assert.equal(found.complete, true);
        assert.equal(found.broken, undefined);
        // All decided is the goal, so nobody stands still before it.
        assert.equal(found.deadEnd, undefined);
        assert.ok(found.goal > 0);
        assert.equal(found.omission, store === "exact" ? 0 : distinct ** 2 / 2 ** 65);
      }
    });
  }
}

test("with eight resource managers too, and at most 32 bytes for a state besides its words", () => {
  const found = explore(twoPhaseCommit(8));
  assert.deepEqual([found.distinct, found.generated], [1_745_408, 18_507_778]);
  assert.ok(found.bytesPerState <= 32, `${found.bytesPerState} bytes`);
});

test("the graph has the same states and steps", () => {
  for (const [resourceManagers, distinct, generated] of counts.slice(0, 2)) {
    const graph = buildGraph(twoPhaseCommit(resourceManagers));
    assert.deepEqual([graph.count, graph.target.length], [distinct, generated - 1]);
  }
});

test("a torn outcome is broken, and one decided by all is the goal", () => {
  const model = twoPhaseCommit(3);
  const of = (...rms: number[]) =>
    Int32Array.of(
      rms.reduce((word, rm, i) => word | (rm << (i * 2)), 0),
      0,
    );
  assert.equal(model.label(of(2, 0, 3), 0), BROKEN);
  assert.equal(model.broken(of(2, 0, 3), 0), "consistent");
  assert.equal(model.label(of(2, 2, 2), 0), GOAL);
  assert.equal(model.label(of(3, 3, 3), 0), GOAL);
  assert.equal(model.label(of(3, 3, 1), 0), 0);
  assert.equal(model.broken(of(2, 2, 2), 0), undefined);
});

test("a commit can be read: who prepared, who was heard, who obeyed", () => {
  const model = twoPhaseCommit(2);
  const graph = buildGraph(model);
  const printed = Array.from({ length: graph.count }, (_, i) =>
    model.print(graph.states.chunkOf(i), graph.states.at(i)),
  );
  const committed = printed.findIndex(({ rm0, rm1 }) => rm0 === "committed" && rm1 === "committed");
  assert.deepEqual(printed[committed], {
    rm0: "committed",
    rm1: "committed",
    sent: "rm0 rm1",
    heard: "rm0 rm1",
    tm: "committed",
  });
  assert.deepEqual(
    pathTo(graph, committed)
      .choices.map((row) => model.choices[row]!.name)
      .sort(),
    [
      "rm0.obey-commit",
      "rm0.prepare",
      "rm1.obey-commit",
      "rm1.prepare",
      "tm.commit",
      "tm.hear-prepared-0",
      "tm.hear-prepared-1",
    ],
  );
});

test("more resource managers than fit are refused", () => {
  assert.throws(() => twoPhaseCommit(0), RangeError);
  assert.throws(() => twoPhaseCommit(15), /1 to 14/);
});
