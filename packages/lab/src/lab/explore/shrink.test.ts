import assert from "node:assert/strict";
import { test } from "node:test";
import { churn, deadlock, newPartsModel, rareBug, set, thread } from "./random.fixture.js";
import { runRandom } from "./random.js";
import { replay } from "./replay.js";
import { formatSchedule, type Schedule } from "./schedule.js";
import { modelRuns } from "./schedule-model.js";
import type { Outcome, Run } from "./schedule-run.js";
import { compareCosts, shrink } from "./shrink.js";

const LIMITS = { unfairSteps: 40, maxSteps: 200 };

/** The schedules of this outcome that a walk finds, at most so many. */
function found(newRun: () => Run, outcome: Outcome, count: number): readonly Schedule[] {
  const schedules: Schedule[] = [];
  for (let seed = 0; schedules.length < count; seed++) {
    assert.ok(seed < 20_000, `${outcome} is too rare`);
    const result = runRandom(newRun, { kind: "walk" }, seed, LIMITS);
    if (result.outcome === outcome) schedules.push(result.schedule);
  }
  return schedules;
}

/** Threads may step a counter up and down; broken at three. The environment knocks, which is needed once. */
const counter = newPartsModel({
  name: "counter",
  shared: 2,
  parts: [
    thread("A", [
      [
        {
          name: "up",
          when: (words, at) => words[at + 1]! > 0,
          goto: 0,
          does: (words, at) => void words[at]!++,
        },
        {
          name: "down",
          when: (words, at) => words[at]! > 0,
          goto: 0,
          does: (words, at) => void words[at]!--,
        },
        { name: "rest", goto: 0 },
      ],
    ]),
    thread("B", [[{ name: "rest", goto: 0 }]]),
    {
      name: "net",
      kind: "net",
      fairness: "none",
      steps: [[{ name: "knock", goto: 0, does: set(1, 1) }]],
    },
  ],
  broken: (words, at) => words[at] === 3,
});

// In the first world a schedule may go on for a step to spare itself a preemption, if it was given that step.
const MINIMA = [
  { model: rareBug(2, 4), outcome: "broken:between", minima: ["1 0 8", "2 0 7"] },
  { model: rareBug(3, 2), outcome: "broken:between", minima: ["2 0 5"] },
  { model: deadlock, outcome: "stuck", minima: ["1 0 6"] },
  { model: counter, outcome: "broken:between", minima: ["0 1 4"] },
] as const;
for (const { model, outcome, minima } of MINIMA) {
  test(`${model.name}: every schedule found shrinks to the known minimum`, () => {
    const newRun = modelRuns(model);
    for (const schedule of found(newRun, outcome, 20)) {
      const shrunk = shrink(newRun, schedule);
      const { cost, outcome: still } = replay(newRun, formatSchedule(shrunk.schedule));
      assert.equal(still, outcome);
      assert.deepEqual(cost, shrunk.after);
      assert.ok(compareCosts(shrunk.after, shrunk.before) <= 0);
      assert.ok(shrunk.schedule.steps.length <= schedule.steps.length);
      assert.ok(shrunk.complete);
      const { preemptions, events, steps } = cost;
      assert.ok(
        minima.some((one) => one === `${preemptions} ${events} ${steps}`),
        formatSchedule(shrunk.schedule),
      );
    }
  });
}

test("a loop stays a fair loop, and shrinks to the shortest way in and round", () => {
  const newRun = modelRuns(churn);
  const line = "T.idle,operator.look,T.connect,net.rst,T.again,operator.look-again,T.connect";
  const loop = "operator.look,T.again,T.connect,operator.look-again,T.again,T.connect";
  const { schedule, after } = shrink(newRun, `churn:${line};${loop}`);
  assert.equal(replay(newRun, schedule).outcome, "cycle");
  assert.deepEqual(after, { preemptions: 0, events: 1, switches: 1, steps: 4 });
  assert.match(formatSchedule(schedule), /^churn~[0-9a-z]{6}:[^;]*net\.rst[^;]*;T\.connect,T\.again$/);
});

test("replays are bounded, and the best so far is kept", () => {
  const newRun = modelRuns(counter);
  const [schedule] = found(newRun, "broken:between", 1);
  const full = shrink(newRun, schedule!);
  for (const maxReplays of [1, 2, 4]) {
    const shrunk = shrink(newRun, schedule!, { maxReplays });
    assert.ok(shrunk.replays <= maxReplays);
    assert.equal(shrunk.complete, false);
    assert.equal(replay(newRun, shrunk.schedule).outcome, "broken:between");
    assert.ok(compareCosts(full.after, shrunk.after) <= 0);
  }
});

test("what is to be shown can be asked for", () => {
  const newRun = modelRuns(deadlock);
  const [schedule] = found(newRun, "goal", 1);
  const shown = shrink(newRun, schedule!, { shows: ({ taken }) => taken.steps.includes("B.lock0") });
  assert.deepEqual(shown.schedule.steps, ["B.idle0", "B.idle1", "B.lock1", "B.lock0"]);
  assert.throws(() => shrink(newRun, schedule!, { shows: () => false }), RangeError);
});
