import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { runRandom } from "./random.js";
import { replay } from "./replay.js";
import { formatSchedule } from "./schedule.js";
import { modelRuns } from "./schedule-model.js";
import { shrink } from "./shrink.js";
import { judge } from "./verdict.js";
import { littleGraphs } from "./verdict-oracle.fixture.js";

test("what chance finds is no more than the full search allows, and stays so when replayed and shrunk", () => {
  const seen = new Map<string, number>();
  const property = fc.property(littleGraphs, fc.nat(), (graph, seed) => {
    const newRun = modelRuns(graph.model);
    const { outcome, schedule, steps } = runRandom(newRun, { kind: "walk" }, seed, {
      unfairSteps: seed % 8,
      maxSteps: 300,
    });
    seen.set(outcome.slice(0, 5), (seen.get(outcome.slice(0, 5)) ?? 0) + 1);
    const { verdict } = judge(graph);
    if (outcome.startsWith("broken:")) assert.equal(verdict, "breaks");
    if (outcome === "stuck" || outcome === "cycle") assert.notEqual(verdict, "recovers");
    if (outcome === "open") assert.fail("a world of six states ends or repeats itself");
    const line = formatSchedule(schedule);
    const again = replay(newRun, line);
    if (outcome !== "stuck") assert.equal(again.outcome, outcome);
    const shrunk = shrink(newRun, line);
    assert.equal(replay(newRun, shrunk.schedule).outcome, again.outcome);
    assert.ok(shrunk.schedule.steps.length <= steps);
  });
  fc.assert(property, { numRuns: 400 });
  assert.deepEqual([...seen.keys()].sort(), ["broke", "cycle", "goal", "stuck"]);
});
