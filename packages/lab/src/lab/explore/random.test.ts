import assert from "node:assert/strict";
import { test } from "node:test";
import { churn, deadlock, newPartsModel, rareBug, rareLength, set, spin, thread } from "./random.fixture.js";
import { runRandom, twice } from "./random.js";
import type { Strategy } from "./random-strategy.js";
import { modelRuns } from "./schedule-model.js";
import type { Outcome, Run } from "./schedule-run.js";

const LIMITS = { unfairSteps: 100, maxSteps: 200 };

function hits(
  newRun: () => Run,
  strategy: Strategy,
  seeds: number,
  outcome: Outcome,
  limits = LIMITS,
): number {
  let count = 0;
  for (let seed = 0; seed < seeds; seed++) {
    if (runRandom(newRun, strategy, seed, limits).outcome === outcome) count++;
  }
  return count;
}

// Found by so many of the seeds; PCT of the bug's depth must keep its bound, n = 2 actors.
const RATES: readonly (readonly [depth: 2 | 3, strategy: (length: number) => Strategy, found: number])[] = [
  [2, () => ({ kind: "walk" }), 14],
  [2, (length) => ({ kind: "pct", depth: 1, length }), 0],
  [2, (length) => ({ kind: "pct", depth: 2, length }), 368],
  [2, () => ({ kind: "pos" }), 72],
  [3, () => ({ kind: "walk" }), 57],
  [3, (length) => ({ kind: "pct", depth: 2, length }), 0],
  [3, (length) => ({ kind: "pct", depth: 3, length }), 65],
  [3, () => ({ kind: "pos" }), 27],
];
const SEEDS = 8000;
for (const [depth, newStrategy, found] of RATES) {
  const idle = depth === 2 ? 8 : 4;
  const strategy = newStrategy(rareLength(idle));
  const name = strategy.kind === "pct" ? `pct of depth ${strategy.depth}` : strategy.kind;
  test(`a fault of depth ${depth}: ${name} finds it in ${found} of ${SEEDS} runs`, () => {
    const count = hits(modelRuns(rareBug(depth, idle)), strategy, SEEDS, "broken:between");
    assert.equal(count, found);
    if (strategy.kind !== "pct" || strategy.depth !== depth) return;
    const bound = 1 / (2 * strategy.length ** (depth - 1));
    assert.ok(count >= bound * SEEDS, `${count} of ${SEEDS} is below ${bound}`);
  });
}

test("pos draws again for steps that race", () => {
  const model = rareBug(2, 8);
  const count = (races?: () => boolean) =>
    hits(modelRuns(model, races), { kind: "pos" }, 4000, "broken:between");
  const all = count(() => true);
  const none = count(() => false);
  assert.equal(none, count());
  assert.ok(all < none / 3, `${all} of ${none}: with every pair racing it is a uniform walk`);
});

test("every step of a walk has the same chance", () => {
  const race = newPartsModel({
    name: "race",
    shared: 1,
    parts: ["A", "B", "C"].map((name, i) =>
      thread(name, [{ name: "go", when: (words, at) => words[at] === 0, does: set(0, i + 1) }]),
    ),
    broken: (words, at) => words[at] === 3,
  });
  const count = hits(modelRuns(race), { kind: "walk" }, 6000, "broken:between");
  assert.ok(Math.abs(count - 2000) < 120, `${count} of 6000`);
});

test("a waiter that chance starves is no loop: the fair end lets everybody act", () => {
  for (const unfairSteps of [0, 1, 5, 50]) {
    assert.equal(hits(modelRuns(spin), { kind: "walk" }, 50, "goal", { unfairSteps, maxSteps: 200 }), 50);
    const starving: Strategy = { kind: "pct", depth: 1, length: 10 };
    assert.equal(hits(modelRuns(spin), starving, 50, "goal", { unfairSteps, maxSteps: 200 }), 50);
  }
});

test("without its fair end the same world starves", () => {
  const starving: Strategy = { kind: "pct", depth: 1, length: 10 };
  assert.equal(hits(modelRuns(spin), starving, 50, "open", { unfairSteps: 200, maxSteps: 200 }), 29);
});

test("a livelock shows as a loop of the steps that repeat", () => {
  const looped = Array.from({ length: 50 }, (_, seed) =>
    runRandom(modelRuns(churn), { kind: "walk" }, seed, { unfairSteps: 2, maxSteps: 200 }),
  ).filter(({ outcome }) => outcome === "cycle");
  assert.ok(looped.length > 5);
  for (const { schedule } of looped) {
    assert.deepEqual(schedule.steps.slice(schedule.loopAt).toSorted(), ["T.again", "T.connect"]);
  }
});

test("a deadlock is stuck, and so is a world where only somebody who is owed nothing can act", () => {
  assert.ok(hits(modelRuns(deadlock), { kind: "walk" }, 100, "stuck") > 10);
  const fault = newPartsModel({
    name: "fault",
    shared: 1,
    parts: [
      thread("T", [{ name: "wait", when: (words, at) => words[at] === 1 }]),
      {
        name: "net",
        kind: "net",
        fairness: "none",
        steps: [{ name: "heal", does: set(0, 1) }],
      },
    ],
  });
  assert.equal(hits(modelRuns(fault), { kind: "walk" }, 20, "stuck", { unfairSteps: 0, maxSteps: 50 }), 20);
  assert.equal(hits(modelRuns(fault), { kind: "walk" }, 20, "goal", { unfairSteps: 9, maxSteps: 50 }), 20);
});

test("a world that spins without moving is stuck, not a loop", () => {
  const still = newPartsModel({
    name: "still",
    shared: 0,
    parts: [thread("T", [{ name: "spin", goto: 0 }]), thread("U", [{ name: "spin", goto: 0 }])],
  });
  assert.equal(runRandom(modelRuns(still), { kind: "walk" }, 1, LIMITS).outcome, "stuck");
});

test("twice finds nothing in a world that is the same each time", () => {
  for (const model of [spin, churn, deadlock, rareBug(3, 8)]) {
    for (let seed = 0; seed < 20; seed++) {
      assert.equal(twice(modelRuns(model), { kind: "pos" }, seed, LIMITS), undefined);
    }
  }
});

test("twice names the first step that came out differently", () => {
  const newRun = modelRuns(rareBug(2, 8));
  let runs = 0;
  const flaky = (): Run => {
    const run = newRun();
    const second = runs++ % 2 === 1;
    let steps = 0;
    return {
      ...run,
      get over() {
        return run.over;
      },
      step: (index) => {
        steps++;
        run.step(index);
      },
      digest: () => (second && steps >= 5 ? 0 : run.digest()),
    };
  };
  const difference = twice(flaky, { kind: "walk" }, 3, LIMITS);
  assert.equal(difference?.step, 5);
  assert.match(difference?.second ?? "", /-> 0 /);
});

test("numbers that are none are refused", () => {
  const newRun = modelRuns(spin);
  for (const strategy of [
    { kind: "pct", depth: 0, length: 5 },
    { kind: "pct", depth: 2, length: 0.5 },
  ] as const) {
    assert.throws(() => runRandom(newRun, strategy, 1, LIMITS), RangeError);
  }
  assert.throws(() => newRun().step(9), RangeError);
});
