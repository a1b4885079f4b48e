import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Graph } from "./graph.js";
import type { Way } from "./lasso.js";
import type { Weight } from "./lasso-weight.js";
import { BROKEN } from "./model.js";
import { outlooks, STALLED } from "./noreturn.js";
import { judge } from "./verdict.js";
import {
  compare,
  isFair,
  littleGraphs,
  reach,
  type Step,
  stepsOf,
  sum,
  verdictByForce,
  walks,
  weigh,
  weighCycle,
} from "./verdict-oracle.fixture.js";

const RUNS = { numRuns: 1000 };
const MOST_PREFIX = 4;
const MOST_CYCLE = 5;

/** The steps of a way, each of them a step of the graph. */
function stepsAlong(steps: readonly Step[], way: Way): Step[] {
  assert.equal(way.states.length, way.choices.length + 1);
  return way.choices.map((name, i) => {
    const step = steps.find((x) => x.name === name && x.from === way.states[i] && x.to === way.states[i + 1]);
    assert.ok(step, `${way.states[i]} ${name} ${way.states[i + 1]}`);
    return step;
  });
}

const isHung = (graph: Graph, s: number): boolean => outlooks(graph)[s] === 2;

test("the verdict is that of trying every set of steps", () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(littleGraphs, (graph) => {
      const { verdict } = judge(graph);
      seen.set(verdict, (seen.get(verdict) ?? 0) + 1);
      assert.equal(verdict, verdictByForce(graph));
    }),
    RUNS,
  );
  for (const verdict of ["breaks", "hangs", "stalls", "churns", "recovers"]) {
    assert.ok((seen.get(verdict) ?? 0) >= 20, `too few of the graphs say ${verdict}: ${seen.get(verdict)}`);
  }
});

test("a straight witness is a way of the graph, and none weighs less", () => {
  fc.assert(
    fc.property(littleGraphs, (graph) => {
      const { verdict, witness } = judge(graph);
      if (verdict !== "breaks" && verdict !== "stalls") return;
      const steps = stepsOf(graph);
      const by = outlooks(graph);
      const wanted = (s: number): boolean =>
        verdict === "breaks" ? (graph.label[s]! & BROKEN) !== 0 : by[s] === STALLED;
      const walk = stepsAlong(steps, witness!.prefix);
      assert.equal(witness!.prefix.states[0], 0);
      assert.ok(wanted(witness!.prefix.states.at(-1)!));
      const weight = weigh(graph, steps, walk);
      assert.deepEqual(witness!.weight.prefix, weight);
      const rivals = walks(graph, steps, 0, MOST_PREFIX, verdict === "breaks").filter((w) =>
        wanted(w.at(-1)?.to ?? 0),
      );
      for (const rival of rivals) assert.ok(compare(weight, weigh(graph, steps, rival)) <= 0);
    }),
    RUNS,
  );
});

test("a lasso is fair, proves its verdict, and none weighs less", () => {
  fc.assert(
    fc.property(littleGraphs, (graph) => {
      const { verdict, witness } = judge(graph);
      if (verdict !== "hangs" && verdict !== "churns") return;
      const steps = stepsOf(graph);
      const prefix = stepsAlong(steps, witness!.prefix);
      const cycle = stepsAlong(steps, witness!.cycle!);
      const { states } = witness!.cycle!;
      assert.equal(witness!.prefix.states.at(-1), states[0]);
      assert.equal(states.at(-1), states[0]);
      assert.ok(isFair(graph, steps, states, cycle));
      if (verdict === "hangs") assert.ok(states.every((s) => isHung(graph, s)));

      const acts = cycle.filter((x) => x.from !== x.to);
      const weight: Weight = sum(weigh(graph, steps, prefix), weighCycle(graph, steps, acts));
      assert.deepEqual(sum(witness!.weight.prefix, witness!.weight.cycle!), weight);
      assert.ok(witness!.exact);
      for (const [entry, way] of cheapestEntries(graph, steps)) {
        if (verdict === "hangs" && !isHung(graph, entry)) continue;
        for (const round of walks(graph, steps, entry, MOST_CYCLE)) {
          if ((round.at(-1)?.to ?? entry) !== entry) continue;
          if (!isFair(graph, steps, [entry, ...round.map((x) => x.to)], round)) continue;
          const rival = sum(way, weighCycle(graph, steps, round));
          assert.ok(compare(weight, rival) <= 0, `${JSON.stringify(weight)} ${JSON.stringify(rival)}`);
        }
      }
    }),
    { ...RUNS, numRuns: 400 },
  );
});

/** By state that is no GOAL: the least weight of a walk to it, among the short ones. */
function cheapestEntries(graph: Graph, steps: readonly Step[]): Map<number, Weight> {
  const least = new Map<number, Weight>();
  for (const walk of walks(graph, steps, 0, MOST_PREFIX)) {
    const to = walk.at(-1)?.to ?? 0;
    const weight = weigh(graph, steps, walk);
    const known = least.get(to);
    if ((graph.label[to]! & 1) === 0 && (known === undefined || compare(weight, known) < 0))
      least.set(to, weight);
  }
  return least;
}

test("with no effort the lasso is still fair and proves the same verdict", () => {
  fc.assert(
    fc.property(littleGraphs, (graph) => {
      const { verdict, witness } = judge(graph, { nodes: 0 });
      assert.equal(verdict, judge(graph).verdict);
      if (witness?.cycle === undefined) return;
      const steps = stepsOf(graph);
      const cycle = stepsAlong(steps, witness.cycle);
      assert.ok(isFair(graph, steps, witness.cycle.states, cycle));
      assert.equal(
        witness.cycle.states.every((s) => isHung(graph, s)),
        verdict === "hangs",
      );
    }),
    RUNS,
  );
});

test("a hang cannot be left, and everything else can", () => {
  fc.assert(
    fc.property(littleGraphs, (graph) => {
      const steps = stepsOf(graph).filter((x) => (graph.label[x.from]! & 1) === 0);
      for (let s = 0; s < graph.count; s++) {
        const hopeless = ![...reach(steps, s)].some((t) => (graph.label[t]! & 1) !== 0);
        assert.equal(isHung(graph, s), hopeless);
      }
    }),
    RUNS,
  );
});

test("the same graph is judged the same", () => {
  fc.assert(
    fc.property(littleGraphs, (graph) => {
      assert.equal(JSON.stringify(judge(graph)), JSON.stringify(judge(graph)));
    }),
    { numRuns: 100 },
  );
});
