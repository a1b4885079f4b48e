import assert from "node:assert/strict";
import { test } from "node:test";
import { fairComponents } from "./fair.js";
import { cheapestLasso, cheapestWay, startCycleAt } from "./lasso.js";
import { littleGraph, namesOf, ring } from "./verdict.fixture.js";
import { judge } from "./verdict.js";

const cast = { A: "thread weak", B: "thread weak", net: "net weak" };

/** The cheapest way to the state `x`, and what it weighs. */
function wayToX(lines: string): string {
  const graph = littleGraph(cast, lines);
  const found = cheapestWay(graph, (s) => namesOf(graph, [s]) === "x")!;
  const { preemptions, events, steps } = found.weight;
  return `${found.way.choices.join(" ")}: ${preemptions} ${events} ${steps}`;
}

test("a preemption outweighs any number of events and steps, an event any number of steps", () => {
  assert.equal(wayToX("a A.1 b\n b A.2 c\n b B.1 x\n a B.2 d\n d B.3 e\n e B.4 x"), "B.2 B.3 B.4: 0 0 3");
  assert.equal(wayToX("a A.1 b\n b A.2 c\n b B.1 x\n a net.1 d\n d net.2 x"), "net.1 net.2: 0 2 2");
  assert.equal(wayToX("a net.1 x\n a A.1 b\n b A.2 c\n c A.3 x"), "A.1 A.2 A.3: 0 0 3");
});

test("a thread that cannot go on is not preempted, and an event between two steps changes nothing", () => {
  assert.equal(wayToX("a A.1 b\n b B.1 x"), "A.1 B.1: 0 0 2");
  assert.equal(wayToX("a A.1 b\n b net.1 c\n c B.1 x\n c A.2 d"), "A.1 net.1 B.1: 1 1 3");
  assert.equal(wayToX("a A.1 b\n b A.spin b\n b B.1 x"), "A.1 B.1: 0 0 2");
});

test("a way may come to a state later, by a thread that can then go on", () => {
  // b is reached first by A alone, but only who comes with B walks on to x without a preemption.
  const lines = "a A.1 b\n a B.1 c\n c B.2 d\n d B.3 b\n b A.2 a2\n b B.4 e\n e B.5 x\n e A.3 a2";
  assert.equal(wayToX(lines), "B.1 B.2 B.3 B.4 B.5: 0 0 5");
});

test("the entry is chosen with the cycle: a longer way in to a cheaper round", () => {
  // At once: a round of two events. Two steps further: a round of two steps.
  const graph = littleGraph(
    { A: "thread strong", net: "net strong" },
    "a net.1 b\n b net.2 a\n a A.1 c\n c A.2 d\n d A.3 e\n e A.4 d\n b A.5 d\n c net.x goal",
  );
  const all = Int32Array.from({ length: graph.count }, (_, s) => s).filter((s) => graph.label[s] === 0);
  const lasso = cheapestLasso(graph, fairComponents(graph, all))!;
  assert.deepEqual(
    [lasso.prefix.choices, lasso.cycle.choices],
    [
      ["A.1", "A.2"],
      ["A.3", "A.4"],
    ],
  );
  assert.ok(lasso.exact);
});

test("a ring is gone round once, and a great one is not claimed to be the least", () => {
  for (const [states, exact] of [
    [500, true],
    [50_000, false],
  ] as const) {
    const { verdict, witness } = judge(ring(states));
    assert.equal(verdict, "hangs");
    assert.equal(witness?.prefix.choices.length, 0);
    assert.equal(witness?.cycle?.choices.length, states);
    assert.equal(witness?.exact, exact);
  }
});

test("sixteen strong actors each get their step; more than thirty are refused", () => {
  const round = (actors: number): ReturnType<typeof judge> => {
    const names = Array.from({ length: actors }, (_, i) => `n${i}`);
    const lines = names.map((name, i) => `s${i} ${name}.go s${(i + 1) % actors}`);
    return judge(
      littleGraph(Object.fromEntries(names.map((name) => [name, "net strong"])), lines.join("\n")),
    );
  };
  assert.equal(round(16).witness?.cycle?.choices.length, 16);
  assert.throws(() => round(31), /31 actors are owed steps in one cycle, 30 at most/);
});

test("turning a cycle keeps the schedule", () => {
  const graph = littleGraph(cast, "a A.1 b\n b A.2 c\n c A.3 d\n d A.4 b");
  const lasso = judge(graph).witness!;
  assert.ok(lasso.cycle !== undefined);
  const unrolled = (prefix: readonly string[], cycle: readonly string[]): string =>
    [...prefix, ...cycle, ...cycle, ...cycle].slice(0, 6).join(" ");
  for (const name of ["A.2", "A.3", "A.4"]) {
    const full = {
      ...lasso,
      cycle: lasso.cycle,
      weight: { prefix: lasso.weight.prefix, cycle: lasso.weight.cycle! },
    };
    const turned = startCycleAt(full, (choice) => choice === name);
    assert.equal(turned.cycle.choices[0], name);
    assert.equal(turned.cycle.states[0], turned.prefix.states.at(-1));
    assert.equal(turned.cycle.states.at(-1), turned.cycle.states[0]);
    assert.equal(unrolled(turned.prefix.choices, turned.cycle.choices), "A.1 A.2 A.3 A.4 A.2 A.3");
  }
});
