/** The report's table, on each kernel. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type RowResult, runReport } from "./report.js";
import type { Preset } from "./scenario/mod.js";

const REPORTS = new Map<string, readonly RowResult[]>();

/** The report's rows, run once however often they are looked at. */
function reportOf(preset: Preset, seed = 1): readonly RowResult[] {
  const key = `${preset} ${seed}`;
  const results = REPORTS.get(key) ?? runReport(seed, preset);
  REPORTS.set(key, results);
  return results;
}

for (const preset of ["el6-279", "v3.6", "v3.7-rc2"] as const) {
  for (const seed of [1, 2]) {
    test(`the report's claims hold on ${preset}, seed ${seed}`, () => {
      for (const { row, text, holds } of reportOf(preset, seed)) assert.ok(holds, `${row.claim}: ${text}`);
    });
  }
}

test("on v3.7 nothing of the report hangs, and what it says of recovery holds", () => {
  for (const { row, run, holds } of reportOf("v3.7")) {
    assert.equal(run.verdict, "recovers", row.claim);
    assert.equal(holds, !row.expect.includes("hangs") && !/does not manifest/.test(row.claim), row.claim);
  }
});

test("rows about the priority of rpciod say on 3.x whose priority it is there; nothing else does", () => {
  const unlike = (preset: Preset) =>
    reportOf(preset).flatMap(({ row, unlike }) => (unlike === undefined ? [] : [row.claim.slice(0, 15)]));
  assert.deepEqual(unlike("el6-279"), []);
  assert.deepEqual(unlike("v3.6"), ["rpciod at RR 51", "rpciod at RR 50", "rpciod at RR 49"]);
});

test("a claim beyond the verdict is told by its own figures", () => {
  const texts = reportOf("el6-279").map(({ text }) => text);
  assert.match(texts[1]!, /^hangs: (\d+) of \d+ early wakes came through it$/);
  assert.ok(texts.includes("hangs: rpcinfo was answered") && texts.includes("hangs: no answer for other.py"));
});
