import assert from "node:assert/strict";
import { test } from "node:test";
import { churn, deadlock, newPartsModel, rareBug, set, spin } from "./random.fixture.js";
import { runRandom } from "./random.js";
import { replay, ScheduleMisfitError } from "./replay.js";
import { formatSchedule, parseSchedule } from "./schedule.js";
import { modelRuns } from "./schedule-model.js";

const LIMITS = { unfairSteps: 4, maxSteps: 200 };

for (const model of [spin, churn, deadlock, rareBug(3, 4)]) {
  test(`${model.name}: what chance did can be replayed from its line, to the same outcome and digest`, () => {
    const newRun = modelRuns(model);
    for (let seed = 0; seed < 200; seed++) {
      const { outcome, schedule, digest } = runRandom(newRun, { kind: "walk" }, seed, LIMITS);
      const replayed = replay(newRun, formatSchedule(schedule));
      // A run that is stuck only for want of somebody who has to act could go on.
      if (outcome !== "stuck") assert.equal(replayed.outcome, outcome);
      assert.equal(replayed.digest, digest);
      assert.deepEqual(replayed.taken, schedule);
      assert.equal(replayed.edited, false);
    }
  });
}

test("a line gives the same digests 1000 times of 1000", () => {
  const newRun = modelRuns(rareBug(3, 8));
  const { schedule } = runRandom(newRun, { kind: "walk" }, 5, { unfairSteps: 99, maxSteps: 99 });
  const line = formatSchedule(schedule);
  const digests = () => {
    const seen: (number | string)[] = [];
    replay(newRun, line, { onStep: (run) => seen.push(run.digest()) });
    return seen.join(" ");
  };
  const first = digests();
  assert.ok(first.split(" ").length > 10);
  for (let i = 1; i < 1000; i++) assert.equal(digests(), first);
});

test("a step that cannot be taken is named, with what could be", () => {
  assert.throws(
    () => replay(modelRuns(deadlock), "deadlock:A.idle0,A.unlock1,B.idle0"),
    (error) =>
      error instanceof ScheduleMisfitError &&
      error.misfit.step === 1 &&
      error.misfit.name === "A.unlock1" &&
      error.misfit.enabled.join() === "A.idle1,B.idle0",
  );
});

test("a lenient replay leaves out what does not fit and says how much did", () => {
  const newRun = modelRuns(deadlock);
  const line = "deadlock~000000:A.idle0*2,A.idle1,A.lock0,B.idle0,gone,B.idle1,B.lock1";
  const result = replay(newRun, line, { lenient: true });
  assert.equal(result.outcome, "stuck");
  assert.deepEqual(
    result.misfits.map(({ step, name }) => [step, name]),
    [
      [1, "A.idle0"],
      [5, "gone"],
    ],
  );
  assert.equal(result.edited, true);
  assert.equal(result.taken.steps.length, 6);
  assert.equal(replay(newRun, result.taken).digest, result.digest);
});

test("steps after the end are counted, not played", () => {
  const { outcome, unused } = replay(modelRuns(spin), "spin:W.idle0,W.idle1,W.idle2,W.set,S.leave,W.set*3");
  assert.deepEqual([outcome, unused], ["goal", 3]);
});

test("a loop is one only if it comes back and denies nobody his turn", () => {
  const outcome = (line: string) => replay(modelRuns(line.startsWith("spin") ? spin : churn), line).outcome;
  assert.equal(outcome("churn:T.idle,net.rst;T.connect,T.again"), "cycle");
  assert.equal(outcome("churn:T.idle,net.rst;T.connect,T.again,operator.look,operator.look-again"), "cycle");
  assert.equal(outcome("churn:T.idle,net.rst;T.connect"), "open");
  assert.equal(outcome("churn:net.rst,T.idle;operator.look,operator.look-again"), "open");
  assert.equal(outcome("spin:;S.test,S.back"), "open");
});

test("what a schedule asks of the reader: preemptions, events, switches, steps", () => {
  const { cost } = replay(modelRuns(churn), "churn:T.idle,net.rst,T.connect");
  assert.deepEqual(cost, { preemptions: 0, events: 1, switches: 2, steps: 3 });
  const preempted = replay(modelRuns(deadlock), "deadlock:A.idle0,A.idle1,A.lock0,B.idle0,B.idle1,B.lock1");
  assert.deepEqual(preempted.cost, { preemptions: 1, events: 0, switches: 1, steps: 6 });
  assert.deepEqual(preempted.actors, [0, 0, 0, 1, 1, 1]);
});

test("steps of one name are told apart by their order", () => {
  const model = newPartsModel({
    name: "dice",
    shared: 1,
    parts: [
      {
        name: "net",
        kind: "net",
        fairness: "weak",
        steps: [
          [1, 2, 3].map((value) => ({
            name: "roll",
            does: set(0, value),
          })),
        ],
      },
    ],
    goal: (words, at) => words[at] !== 0,
  });
  const digests = ["roll", "roll@2", "roll@3"].map(
    (roll) => replay(modelRuns(model), `dice:net.${roll}`).digest,
  );
  assert.equal(new Set(digests).size, 3);
  assert.throws(() => replay(modelRuns(model), "dice:net.roll@4"), ScheduleMisfitError);
  assert.deepEqual(parseSchedule("dice:net.roll@2*2").steps, ["net.roll@2", "net.roll@2"]);
});
