import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Digraph, digraphs, modelOf, reach } from "./graph-random.fixture.js";
import { BROKEN, type Checkpoint, type ExploreOptions, explore, type Figures, GOAL } from "./mod.js";

const ways: readonly ExploreOptions[] = [
  { order: "bfs", store: "exact" },
  { order: "bfs", store: "compact" },
  { order: "dfs", store: "exact" },
  { order: "dfs", store: "compact" },
];
const someWay = fc.constantFrom(...ways);

/** Asserts that a path begins at the beginning and takes an edge at each step, and gives its last node. */
function follow(
  { edges }: Digraph,
  { choices, states }: { choices: readonly number[]; states: Int32Array },
): number {
  assert.equal(states.length, (choices.length + 1) * 3);
  assert.equal(states[0], 0);
  choices.forEach((choice, step) => {
    assert.ok(edges[states[step * 3]!]!.some((to, i) => to === states[step * 3 + 3] && i % 2 === choice));
  });
  return states.at(-3)!;
}

test("every order and store finds the same states, steps, goals, broken states and dead ends", () => {
  fc.assert(
    fc.property(digraphs, someWay, (digraph, way) => {
      const distances = reach(digraph);
      const nodes = [...distances.keys()];
      const ends = nodes.filter((node) => digraph.edges[node]!.length === 0 && digraph.labels[node] !== GOAL);
      const broken = nodes.filter((node) => digraph.labels[node] === BROKEN);
      const found = explore(modelOf(digraph), way);
      assert.equal(found.complete, true);
      assert.equal(found.distinct, nodes.length);
      assert.equal(found.generated, 1 + nodes.reduce((sum, node) => sum + digraph.edges[node]!.length, 0));
      assert.equal(found.goal, nodes.filter((node) => digraph.labels[node] === GOAL).length);
      assert.equal(found.frontier, 0);
      assert.equal(found.deadEnd !== undefined, ends.length > 0);
      assert.equal(found.broken !== undefined, broken.length > 0);
      if (found.deadEnd) assert.ok(ends.includes(follow(digraph, found.deadEnd)));
      if (found.broken) assert.ok(broken.includes(follow(digraph, found.broken)));
      if (way.order === "bfs") {
        assert.equal(found.depth, Math.max(...distances.values()));
        if (found.broken) assert.equal(found.broken.choices.length, distances.get(broken[0]!));
      } else {
        assert.ok(found.depth >= Math.max(...distances.values()));
      }
    }),
  );
});

test("it stops at the first broken state if asked to", () => {
  fc.assert(
    fc.property(digraphs, someWay, (digraph, way) => {
      const whole = explore(modelOf(digraph), way);
      const cut = explore(modelOf(digraph), { ...way, untilBroken: true });
      assert.deepEqual(cut.broken, whole.broken);
      assert.ok(cut.distinct <= whole.distinct);
      assert.equal(cut.why, cut.complete ? undefined : "broken");
      if (whole.broken === undefined) assert.equal(cut.complete, true);
    }),
  );
});

test("interrupted at budgets and continued, it comes to the same figures and paths as in one go", () => {
  fc.assert(
    fc.property(digraphs, someWay, fc.integer({ min: 1, max: 9 }), (digraph, way, stride) => {
      const model = modelOf(digraph);
      const atOnce = explore(model, way);
      let from: Checkpoint | undefined;
      for (let states = stride; ; states += stride) {
        const part = explore(model, { ...way, states, checkpoint: true, ...(from && { from }) });
        if (part.complete) {
          // The memory depends on how often it grew.
          const same = (all: Figures) => ({ ...all, bytes: 0, bytesPerState: 0 });
          assert.deepEqual(same(part), same(atOnce));
          return;
        }
        assert.equal(part.why, `${states} states`);
        assert.ok(part.distinct >= states && part.distinct < states + 4);
        from = structuredClone(part.checkpoint);
        assert.deepEqual(from, part.checkpoint);
      }
    }),
  );
});

/** A line of so many nodes with a way back from each. */
function line(nodes: number): Digraph {
  return {
    edges: Array.from({ length: nodes }, (_, node) => [Math.min(node + 1, nodes - 1), 0]),
    labels: new Array(nodes).fill(0),
  };
}

test("it tells how far it is, asks whether to stop, and leaves the checkpoint it goes on from as it was", () => {
  const model = modelOf(line(5000));
  const told: Figures[] = [];
  const part = explore(model, {
    every: 1000,
    onProgress: (figures) => told.push(figures),
    stop: () => told.length === 3,
    checkpoint: true,
  });
  assert.equal(part.why, "stopped");
  assert.deepEqual(
    told.map(({ distinct, generated, frontier, depth }) => [distinct, generated, frontier, depth]),
    [1000, 2000, 3000].map((n) => [n + 1, n * 2 + 1, 1, n]),
  );
  const from = part.checkpoint!;
  const before = structuredClone(from);
  for (let again = 0; again < 2; again++) assert.equal(explore(model, { from }).distinct, 5000);
  assert.deepEqual(from, before);
});

test("it ends at a budget of bytes, and holds little more", () => {
  const found = explore(modelOf(line(50_000)), { bytes: 1e6 });
  assert.equal(found.why, "1000000 bytes");
  assert.ok(found.bytes >= 1e6 && found.bytes < 2e6);
});

test("without a checkpoint asked for there is none, and another search's is refused", () => {
  const model = modelOf(line(100));
  assert.equal(explore(model, { states: 10 }).checkpoint, undefined);
  const from = explore(model, { states: 10, checkpoint: true }).checkpoint!;
  assert.throws(() => explore(model, { from, order: "dfs" }), /order bfs.*dfs/);
  assert.throws(() => explore(model, { from, store: "compact" }), /store exact.*compact/);
  assert.throws(() => explore({ ...model, name: "another" }, { from }), /model digraph.*another/);
});
