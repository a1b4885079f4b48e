import assert from "node:assert/strict";
import { test } from "node:test";
import { outlooks, pointOfNoReturn } from "./noreturn.js";
import { littleGraph } from "./verdict.fixture.js";

const cast = { T: "thread weak", clock: "timer weak" };
const lines = `
  a T.1 b
  b T.2 goal
  b T.lose c
  c clock.60s? goal
  c T.spoil d
  d T.x e
  e T.y d
  goal T.after d
`;

function along(choices: string): { outlooks: string; after: number | undefined } {
  const graph = littleGraph(cast, lines);
  const states = [0];
  for (const name of choices.split(" ")) {
    const s = states.at(-1)!;
    let to = -1;
    for (let e = graph.first[s]!; e < graph.first[s + 1]!; e++) {
      if (graph.model.choices[graph.choice[e]!]!.name === name) to = graph.target[e]!;
    }
    assert.notEqual(to, -1, name);
    states.push(to);
  }
  const { outlooks, after } = pointOfNoReturn(graph, { states, choices: choices.split(" ") });
  return { outlooks: outlooks.join(" "), after };
}

test("the step after which nothing helps, and what could be hoped for before", () => {
  assert.deepEqual(along("T.1 T.lose T.spoil T.x T.y"), {
    outlooks: "possible possible stalled hung hung hung",
    after: 3,
  });
  assert.deepEqual(along("T.1 T.lose clock.60s"), {
    outlooks: "possible possible stalled done",
    after: undefined,
  });
});

test("what is done stays done", () => {
  assert.deepEqual(along("T.1 T.2 T.after T.x"), {
    outlooks: "possible possible done done done",
    after: undefined,
  });
});

test("a hang from the beginning is after no step", () => {
  const graph = littleGraph(cast, "a T.1 b");
  assert.equal(pointOfNoReturn(graph, { states: [0, 1], choices: ["T.1"] }).after, 0);
});

test("what was not looked into may still lead to the goal", () => {
  const graph = littleGraph(cast, "a T.1 b\n a T.2 c\n b T.3 d\n c T.4 d", { states: 3 });
  assert.ok(!graph.complete);
  assert.deepEqual([...outlooks(graph)], [0, 0, 0]);
});
