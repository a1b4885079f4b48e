import assert from "node:assert/strict";
import { test } from "node:test";
import { modelRuns, newRandom, outcomeOf, type Run, replay } from "../lab/explore/mod.js";
import { namedModel } from "../lab/models/mod.js";
import { guessSteps, mergeTrees, searchTree, splitTree } from "./tree.js";

const newRun = modelRuns(namedModel("two-phase-commit_2"));

/** Every schedule, plainly. */
function schedules(
  depth: number,
  path: readonly number[],
): readonly { outcome: string; path: readonly number[] }[] {
  const run: Run = newRun();
  for (const index of path) run.step(index);
  if (run.over !== undefined || path.length === depth) return [{ outcome: outcomeOf(run), path }];
  return run.choices().flatMap((_, i) => schedules(depth, [...path, i]));
}

test("a tree holds every schedule once, and the first of the shortest replays", () => {
  for (const depth of [1, 2, 4, 6]) {
    const all = schedules(depth, []);
    const report = searchTree(newRun, depth, []);
    assert.equal(report.runs, all.length);
    assert.equal(
      report.steps,
      all.reduce((sum, { path }) => sum + path.length, 0),
    );
    for (const { outcome, runs, shortest } of report.outcomes) {
      const same = all.filter((one) => one.outcome === outcome);
      assert.equal(runs, same.length);
      const best = same.reduce((a, b) => (b.path.length < a.path.length ? b : a));
      assert.deepEqual(shortest.path, best.path);
      assert.equal(replay(newRun, shortest.schedule).outcome, outcome);
    }
    assert.equal(
      report.outcomes.reduce((sum, { runs }) => sum + runs, 0),
      report.runs,
    );
  }
});

test("a tree that is split finds the same, with the parts in any order", () => {
  const whole = searchTree(newRun, 6, []);
  for (const count of [1, 2, 5, 30, 1e6]) {
    const prefixes = splitTree(newRun, 6, [], count);
    assert.ok(prefixes.length >= Math.min(count, whole.runs), `${prefixes.length} parts`);
    const parts = prefixes.map((prefix) => searchTree(newRun, 6, prefix));
    assert.deepEqual(parts.reduce(mergeTrees), whole);
    assert.deepEqual(parts.reverse().reduce(mergeTrees), whole);
  }
});

test("the guess of a tree's size is near", () => {
  const { steps } = searchTree(newRun, 6, []);
  const guess = guessSteps(newRun, 6, [], 1000, newRandom(3).below);
  assert.ok(guess > steps / 2 && guess < steps * 2, `${guess} for ${steps}`);
});

test("a prefix that does not fit, and trees that do not belong together, are errors", () => {
  assert.throws(() => searchTree(newRun, 3, ["nobody.does-this"]), { name: "BadResultError" });
  const [one, other] = [3, 4].map((depth) => searchTree(newRun, depth, []));
  assert.throws(() => mergeTrees(one!, other!), { name: "BadResultError" });
});
