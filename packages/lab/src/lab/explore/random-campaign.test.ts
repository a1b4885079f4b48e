import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { countDistinct, discoveryCurve, mergeSketches, newSketcher, type SeedRange } from "./curve.js";
import { newRandom } from "./prng.js";
import { churn, deadlock, rareBug } from "./random.fixture.js";
import { type CampaignPlan, mergeReports, runCampaign } from "./random-campaign.js";
import { replay } from "./replay.js";
import { modelRuns } from "./schedule-model.js";

const PLAN: CampaignPlan = {
  strategy: { kind: "walk" },
  limits: { unfairSteps: 6, maxSteps: 100 },
  countStates: true,
};

test("a campaign counts every outcome, and its shortest schedules replay", () => {
  const newRun = modelRuns(deadlock);
  const report = runCampaign(newRun, PLAN, [0, 500]);
  assert.deepEqual(
    report.outcomes.map(({ outcome }) => outcome),
    ["goal", "stuck"],
  );
  assert.equal(
    report.outcomes.reduce((sum, { runs }) => sum + runs, 0),
    500,
  );
  for (const { outcome, shortest, firstSeed } of report.outcomes) {
    const replayed = replay(newRun, shortest.schedule);
    assert.equal(replayed.outcome, outcome);
    assert.equal(replayed.taken.steps.length, shortest.steps);
    const first = runCampaign(newRun, PLAN, [firstSeed, firstSeed + 1]);
    assert.equal(first.outcomes[0]?.outcome, outcome);
    const none = runCampaign(newRun, PLAN, [0, firstSeed]).outcomes;
    assert.ok(none.every((other) => other.outcome !== outcome));
  }
});

test("reports of parts merge to the report of the whole, in any order and grouping", () => {
  const property = fc.property(
    fc.constantFrom(churn, deadlock, rareBug(2, 2)),
    fc.constantFrom<CampaignPlan["strategy"]>(
      { kind: "walk" },
      { kind: "pct", depth: 2, length: 6 },
      { kind: "pos" },
    ),
    fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 5 }),
    fc.constantFrom(2, 8, 4096),
    fc.nat(),
    (model, strategy, cuts, sketchSize, order) => {
      const plan = { ...PLAN, strategy, sketchSize };
      const newRun = modelRuns(model);
      const edges = [0, ...cuts.sort((a, b) => a - b), 80];
      const parts = edges.slice(1).map((to, i) => runCampaign(newRun, plan, [edges[i]!, to]));
      const random = newRandom(order);
      while (parts.length > 1) {
        const [one] = parts.splice(random.below(parts.length), 1);
        const [other] = parts.splice(random.below(parts.length), 1);
        parts.splice(random.below(parts.length + 1), 0, mergeReports(one!, other!));
      }
      assert.equal(JSON.stringify(parts[0]), JSON.stringify(runCampaign(newRun, plan, [0, 80])));
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test("an empty part changes nothing", () => {
  const newRun = modelRuns(churn);
  const whole = runCampaign(newRun, PLAN, [0, 20]);
  assert.deepEqual(mergeReports(runCampaign(newRun, PLAN, [20, 20]), whole), whole);
});

test("a seed is merged once, and only what ran the same", () => {
  const newRun = modelRuns(churn);
  const report = runCampaign(newRun, PLAN, [0, 10]);
  assert.throws(() => mergeReports(report, runCampaign(newRun, PLAN, [9, 12])), /seeds 9 to 9 are in both/);
  const others = [
    runCampaign(modelRuns(deadlock), PLAN, [10, 20]),
    runCampaign(newRun, { ...PLAN, strategy: { kind: "pos" } }, [10, 20]),
    runCampaign(newRun, { ...PLAN, sketchSize: 16 }, [10, 20]),
  ];
  for (const other of others) assert.throws(() => mergeReports(report, other), RangeError);
});

test("the discovery curve of a small world is exact", () => {
  const newRun = modelRuns(deadlock);
  const range: SeedRange = [100, 400];
  const report = runCampaign(newRun, PLAN, range);
  const curve = discoveryCurve(report.states, report.seeds);
  assert.deepEqual(
    curve.map(({ runs }) => runs),
    [1, 2, 5, 10, 20, 50, 100, 200, 300],
  );
  for (const { runs, distinct } of curve) {
    const upTo = runCampaign(newRun, PLAN, [100, 100 + runs]);
    assert.equal(distinct, countDistinct(upTo.states));
  }
  assert.ok(curve[0]!.distinct < curve.at(-1)!.distinct);
});

test("of more digests than it holds a sketch gives an estimate, and merging two gives that of the whole", () => {
  const digests = (seed: number, count: number) => {
    const random = newRandom(seed);
    return Array.from({ length: count }, () => (random.next() >>> 11) * 2 ** 32 + random.next());
  };
  const sketch = (numbers: readonly number[]) => {
    const sketcher = newSketcher(1024);
    for (const number of numbers) sketcher.add(number, 1);
    return sketcher.sketch();
  };
  const [one, other] = [digests(1, 30_000), digests(2, 20_000)];
  const merged = mergeSketches(sketch(one), sketch(other));
  assert.deepEqual(merged, sketch([...other, ...one, ...one]));
  assert.ok(Math.abs(countDistinct(merged) - 50_000) < 5000, `${countDistinct(merged)}`);
});
