import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digraphs, modelOf, reach } from "./graph-random.fixture.js";
import { buildGraph, checkpointOf, pathTo } from "./mod.js";

test("a graph has the states in breadth-first order, and every edge of each", () => {
  fc.assert(
    fc.property(digraphs, (digraph) => {
      const graph = buildGraph(modelOf(digraph));
      const nodes = [...reach(digraph).keys()];
      assert.equal(graph.complete, true);
      assert.equal(graph.expanded, graph.count);
      assert.deepEqual(
        Array.from({ length: graph.count }, (_, i) => graph.states.wordsOf(i)[0]),
        nodes,
      );
      nodes.forEach((node, i) => {
        const edges = [...graph.target.subarray(graph.first[i], graph.first[i + 1])];
        assert.deepEqual(
          edges.map((to) => nodes[to]),
          digraph.edges[node],
        );
        assert.deepEqual(
          [...graph.choice.subarray(graph.first[i], graph.first[i + 1])],
          edges.map((_, edge) => edge % 2),
        );
        assert.equal(graph.label[i], digraph.labels[node]);
      });
    }),
  );
});

test("a path in a graph is a shortest one, and each of its steps is an edge", () => {
  fc.assert(
    fc.property(digraphs, (digraph) => {
      const graph = buildGraph(modelOf(digraph));
      [...reach(digraph).values()].forEach((distance, state) => {
        const { choices, states } = pathTo(graph, state);
        assert.equal(choices.length, distance);
        assert.deepEqual(states.slice(-3), graph.states.wordsOf(state));
        choices.forEach((choice, step) => {
          const edges = digraph.edges[states[step * 3]!]!;
          assert.ok(edges.some((to, i) => to === states[step * 3 + 3] && i % 2 === choice));
        });
      });
    }),
  );
});

test("a graph cut by a budget says which, and keeps all edges of what it expanded", () => {
  fc.assert(
    fc.property(digraphs, fc.integer({ min: 1, max: 20 }), (digraph, most) => {
      const whole = buildGraph(modelOf(digraph));
      for (const [budget, reached] of [
        [{ states: most }, `${most} states`],
        [{ edges: most }, `${most} edges`],
      ] as const) {
        const part = buildGraph(modelOf(digraph), budget);
        assert.equal(part.complete, part.expanded === part.count);
        assert.equal(part.why, part.complete ? undefined : reached);
        assert.deepEqual(part.first.slice(0, part.expanded + 1), whole.first.slice(0, part.expanded + 1));
        assert.deepEqual([...part.target], [...whole.target.subarray(0, part.target.length)]);
        assert.deepEqual(
          [...part.first.subarray(part.expanded)].every((at) => at === part.target.length),
          true,
        );
      }
    }),
  );
});

test("a graph can be stopped from outside before it begins", () => {
  const graph = buildGraph(modelOf({ edges: [[0]], labels: [0] }), { stop: () => true });
  assert.deepEqual([graph.count, graph.expanded, graph.why], [1, 0, "stopped"]);
});

test("a graph that goes on from a checkpoint is the one that was never ended", () => {
  fc.assert(
    fc.property(digraphs, fc.nat(20), fc.nat(20), (digraph, one, another) => {
      const model = modelOf(digraph);
      const { model: _, states, ...whole } = buildGraph(model);
      let graph = buildGraph(model, { states: one });
      graph = buildGraph(model, { from: checkpointOf(graph), states: Math.max(one, another) });
      const before = structuredClone(checkpointOf(graph));
      const from = checkpointOf(graph);
      const { model: __, states: again, ...resumed } = buildGraph(model, { from });
      assert.deepEqual(resumed, whole);
      assert.deepEqual(from, before, "it is not changed");
      for (let i = 0; i < whole.count; i++) assert.deepEqual(again.wordsOf(i), states.wordsOf(i));
    }),
    { numRuns: 300 },
  );
  const [small, other] = [modelOf({ edges: [[0]], labels: [0] }), "another"];
  const from = checkpointOf(buildGraph(small));
  assert.throws(() => buildGraph({ ...small, name: other }, { from }), /is of .*, this is another/);
});
