import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { REPORT_STACK } from "./report.js";
import { runScenario } from "./run.js";
import {
  FIXES,
  type Fix,
  loadScenario,
  PRESETS,
  type Preset,
  type Scenario,
  type Verdict,
} from "./scenario/mod.js";
import { jsonTrace } from "./transcript/mod.js";

const folder = fileURLToPath(new URL("../../scenarios/", import.meta.url));

function load(file: string): Scenario {
  return loadScenario(readFileSync(`${folder}${file}`, "utf8"), file).scenario;
}

for (const file of readdirSync(folder)) {
  test(`scenario ${file} comes out as it says`, () => {
    const scenario = load(file);
    const run = runScenario(scenario, 1);
    assert.equal(run.verdict, scenario.expect, run.why);
    assert.equal(run.outOfSteps, false);
  });
}

test("the same seed gives the same bytes, another seed other times and the same verdict", () => {
  const scenario = load("report-rr50.yaml");
  const text = (seed: number) => jsonTrace(runScenario(scenario, seed).events);
  assert.equal(text(5), text(5));
  assert.notEqual(text(5), text(6));
  assert.equal(runScenario(scenario, 6).verdict, "hangs");
});

test("the early wake of el6-279 comes through the report's whole call stack", () => {
  const { events } = runScenario(load("report-rr50.yaml"), 1);
  const wake = events.find((event) => event.type === "wake" && event.early);
  assert.ok(wake?.type === "wake");
  assert.deepEqual(wake.stack, [...REPORT_STACK]);
  assert.equal(wake.status, -11);
});

// What one change does to the report's run on v3.7-rc2 (its server resetting): facts of the fixes, each alone.
const ALONE: { readonly [F in Fix]: Verdict } = {
  "eagain-to-connect": "recovers",
  "no-early-wake": "recovers",
  "close-on-close-wait": "hangs",
  "disconnected-on-close-wait": "hangs",
  "no-shutdown-on-epipe": "recovers",
  "quiet-abort": "hangs",
  "no-error-callback": "hangs",
  "slow-last-wake": "hangs",
};
for (const fix of FIXES) {
  test(`${fix} alone on v3.7-rc2: ${ALONE[fix]}`, () => {
    const run = runScenario({ ...load("v3.7-rc2-rr50.yaml"), fixes: [fix] }, 1);
    assert.equal(run.verdict, ALONE[fix], run.why);
  });
}

test("both early wakes gone (quiet-abort and no-error-callback) is enough; either alone is not", () => {
  const run = runScenario({ ...load("v3.7-rc2-rr50.yaml"), fixes: ["quiet-abort", "no-error-callback"] }, 1);
  assert.equal(run.verdict, "recovers");
});

test("preemption decides: voluntary and full hang, none recovers; a second CPU changes nothing", () => {
  const scenario = load("report-rr50.yaml");
  const verdict = (change: Partial<Scenario>) => runScenario({ ...scenario, ...change }, 1).verdict;
  assert.equal(verdict({ preemption: "voluntary" }), "hangs");
  assert.equal(verdict({ preemption: "full" }), "hangs");
  assert.equal(verdict({ preemption: "none" }), "recovers");
  assert.equal(verdict({ cpus: 2 }), "hangs");
});

test("a run that exceeds its step budget says so and keeps its transcript", () => {
  const run = runScenario({ ...load("report-rr50.yaml"), maxSteps: 200 }, 1);
  assert.equal(run.outOfSteps, true);
  assert.equal(run.verdict, "undecided");
  assert.ok(run.events.length > 200);
});

test("over loopback the handshake is over inside connect(); on a wire it is not", () => {
  const told = (latencyUs: number) => {
    const { events, verdict } = runScenario({ ...load("report-loopback.yaml"), latencyUs }, 1);
    const results = events.flatMap((e) =>
      e.type === "rpcdebug" ? (/connect status .*/.exec(e.text) ?? []) : [],
    );
    return [verdict, ...new Set(results)];
  };
  assert.deepEqual(told(0), ["hangs", "connect status 115 connected 1 sock state 1"]);
  assert.deepEqual(told(200), ["hangs", "connect status 115 connected 0 sock state 2"]);
});

test("every preset runs the outage without an outage: a stat is answered in milliseconds", () => {
  for (const preset of PRESETS) {
    const run = runScenario({ ...load("report-rr50.yaml"), preset, timeline: [], untilUs: 30_000_000 }, 1);
    assert.equal(run.verdict, "recovers");
    assert.equal(run.teardowns, 0);
    assert.equal(run.events.filter((event) => event.type === "output").length, 3);
  }
});

// Two connect workers at once need three things: a kernel that runs one work item on two CPUs, a task that asks for a
// connect as soon as it is woken, and time between the first worker's clearing of CONNECTING and its end.
const SECOND_RACE: readonly (readonly [Preset, readonly Fix[], boolean])[] = [
  ["el6-279", ["eagain-to-connect", "slow-last-wake"], true],
  ["el6-279", ["eagain-to-connect"], false],
  ["el6-279", ["slow-last-wake"], false],
  ["el6-279", ["eagain-to-connect", "no-early-wake", "slow-last-wake"], false],
  ["v3.6", ["eagain-to-connect", "slow-last-wake"], false],
];
for (const [preset, fixes, two] of SECOND_RACE) {
  test(`two connect workers at once on ${preset} with ${fixes.join(", ")}: ${two ? "yes" : "no"}`, () => {
    const scenario = { ...load("report-second-race.yaml"), preset, fixes };
    for (const seed of [1, 2, 3]) assert.equal(runScenario(scenario, seed).verdict === "breaks", two);
  });
}

test("an answer that only the request's own timeout brought is a stall, however soon after the route was back", () => {
  const run = runScenario({ ...load("report-second-race.yaml"), preset: "v3.7-rc2", fixes: [] }, 1);
  assert.equal(run.verdict, "stalls");
  assert.ok(run.recoveryUs !== undefined && run.recoveryUs < 60_000_000);
});
