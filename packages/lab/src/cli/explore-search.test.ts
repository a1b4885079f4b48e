import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { askToStop, newControl, readGauge } from "./explore-control.js";
import type { Budget, Found, Job, Safety } from "./explore-job.js";
import { search } from "./explore-search.js";
import { foundText } from "./explore-text.js";
import { LabError } from "./failure.js";

type Files = Pick<Job, "checkpoint" | "resume">;

const BUDGET: Budget = { maxStates: 1e7, maxSeconds: 60, maxMegabytes: undefined };
const SAFETY: Safety = {
  order: undefined,
  store: undefined,
  reduce: false,
  goOn: false,
};

const graphOf = (model: string, budget: Partial<Budget> = {}, files: Files = {}): Found =>
  search({ model, budget: { ...BUDGET, ...budget }, safety: undefined, ...files }, newControl());

const safe = (
  model: string,
  { checkpoint, resume, ...safety }: Partial<Safety> & Files = {},
  budget: Partial<Budget> = {},
): Found =>
  search(
    { model, budget: { ...BUDGET, ...budget }, safety: { ...SAFETY, ...safety }, checkpoint, resume },
    newControl(),
  );

test("safety: the first broken state is a story, and the search ends there unless told to go on", () => {
  const model = "family_late-close-clears-connecting_broken";
  const first = safe(model);
  const { verdict, property, complete, why } = first;
  assert.deepEqual(
    { verdict, property, complete, why },
    {
      verdict: "breaks",
      property: "a connect is asked for while one is under way",
      complete: false,
      why: "broken",
    },
  );
  assert.match(foundText(first, false), /^ {3}1 {3}T1[\s\S]*--continue goes on/);
  const whole = safe(model, { goOn: true });
  assert.equal(whole.complete, true);
  assert.equal(whole.line, first.line);
});

test("safety: a reduced search finds the same, says so, and goes on only as such", (t) => {
  for (const model of ["family_queued-task-runs_broken", "two-phase-commit_5"]) {
    const [whole, reduced] = [safe(model, { goOn: true }), safe(model, { reduce: true, goOn: true })];
    assert.deepEqual([reduced.verdict, reduced.property], [whole.verdict, whole.property]);
    assert(reduced.states < whole.states, `${reduced.states} of ${whole.states} states`);
    assert.match(foundText(reduced, true), /reduced: of steps that commute one order/);
    assert.doesNotMatch(foundText(whole, true), /reduced/);
  }
  const folder = mkdtempSync(join(tmpdir(), "unstuck-reduced-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const checkpoint = join(folder, "it");
  safe("two-phase-commit_5", { reduce: true, checkpoint }, { maxStates: 500 });
  assert.throws(() => safe("two-phase-commit_5", { resume: checkpoint }), /another/);
  const resumed = safe("two-phase-commit_5", { reduce: true, resume: checkpoint });
  assert.equal(resumed.states, safe("two-phase-commit_5", { reduce: true }).states);
});

test("safety: an end that is no goal is found", () => {
  const stuck = safe("family_killed-task-keeps-the-write-lock_broken", { order: "dfs" });
  assert.equal(stuck.verdict, "stuck");
  assert.ok(stuck.schedule.length > 0);
});

test("safety: the two orders and the two stores agree, and what a compact one may have omitted is said", () => {
  for (const order of ["bfs", "dfs"] as const) {
    for (const store of ["exact", "compact"] as const) {
      const found = safe("two-phase-commit_5", { order, store });
      assert.deepEqual([found.verdict, found.states, found.steps], ["safe", 8_832, 58_145]);
      assert.equal(found.searched!.omission > 0, store === "compact");
      assert.equal(/missed is at most \d\.\de-1\d/.test(foundText(found, true)), store === "compact");
    }
  }
});

test("a search that goes on from its checkpoint ends with the figures of one that was never ended", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-search-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "checkpoint");
  const figures = ({ states, steps, depth, verdict, complete, why, searched }: Found) => {
    const { goals, omission, order, store, frontier } = searched!;
    return { states, steps, depth, verdict, complete, why, goals, omission, order, store, frontier };
  };
  for (const store of ["exact", "compact"] as const) {
    for (const order of ["bfs", "dfs"] as const) {
      const early = safe("two-phase-commit_5", { order, store, checkpoint: file }, { maxStates: 3_000 });
      assert.deepEqual(early.checkpoint, { file, failed: undefined });
      // In two parts, the second without a word on how.
      safe("two-phase-commit_5", { resume: file, checkpoint: file }, { maxStates: 6_000 });
      const whole = safe("two-phase-commit_5", { order, store });
      assert.deepEqual(figures(safe("two-phase-commit_5", { resume: file })), figures(whole));
    }
  }
  assert.throws(
    () => safe("two-phase-commit_6", { resume: file }),
    (error) => error instanceof LabError && /another model: two-phase-commit_5/.test(error.message),
  );
});

test("a verdict that goes on from its checkpoint is that of a search that was never ended", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-graph-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const checkpoint = join(dir, "it");
  const without = ({ seconds: _, ...rest }: Found) => rest;
  for (const model of ["reconnect_v3.6_none_smp_rst.rst", "family_late-close-clears-connecting_broken"]) {
    const whole = graphOf(model);
    for (const share of [0.05, 0.3, 0.7, 0.95]) {
      const early = graphOf(model, { maxStates: Math.ceil(share * whole.states) }, { checkpoint });
      assert.deepEqual([early.complete, early.checkpoint], [false, { file: checkpoint, failed: undefined }]);
      assert.match(foundText(early, true), /to go on: the same command with --resume/);
      const between = Math.ceil((share + 0.04) * whole.states);
      graphOf(model, { maxStates: between }, { resume: checkpoint, checkpoint });
      assert.deepEqual(without(graphOf(model, {}, { resume: checkpoint })), without(whole));
    }
    assert.throws(
      () => safe(model, { resume: checkpoint }),
      /it is of a verdict, and this search is of a search with --safety; begin anew without --resume/,
    );
  }
});

test("a broken state found before a checkpoint is the same story after it", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-search-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "checkpoint");
  const model = "family_queued-task-runs_broken";
  const first = safe(model, { goOn: true });
  const early = safe(model, { goOn: true, checkpoint: file }, { maxStates: first.states - 3 });
  assert.equal(early.complete, false);
  assert.equal(safe(model, { goOn: true, resume: file }).line, first.line);
});

test("a checkpoint that finds no room is said, and the result told all the same", (t) => {
  if (!existsSync("/dev/full")) return t.skip("no /dev/full");
  const found = safe("two-phase-commit_5", { checkpoint: "/dev/full" }, { maxStates: 1_000 });
  assert.match(found.checkpoint!.failed!, /no checkpoint: ENOSPC/);
  assert.match(foundText(found, false), /undecided[\s\S]*ENOSPC/);
});

test("a graph that was cut short does not say what no schedule can do", () => {
  const early = graphOf("two-phase-commit_6", { maxStates: 50 });
  assert.equal(early.verdict, "undecided");
  assert.doesNotMatch(foundText(early, false), /no schedule at all/);
  assert.match(foundText(graphOf("reconnect_v3.6_none_task-above-worker_rst"), true), /no schedule at all/);
});

test("every budget ends a graph and says its name; so does a wish to stop", () => {
  const model = "two-phase-commit_9";
  assert.equal(graphOf(model, { maxStates: 500 }).why, "500 states");
  assert.equal(graphOf(model, { maxSeconds: 1e-6 }).why, "0.000001 seconds");
  assert.equal(graphOf(model, { maxMegabytes: 1 }).why, "1 megabytes");
  assert.equal(safe(model, {}, { maxMegabytes: 1 }).why, "1 megabytes");
  for (const safety of [undefined, SAFETY]) {
    const control = newControl();
    askToStop(control);
    const { why, interrupted, states } = search({ model, budget: BUDGET, safety }, control);
    assert.deepEqual([why, interrupted], ["interrupted", true]);
    assert.ok(readGauge(control).states <= states);
  }
});
