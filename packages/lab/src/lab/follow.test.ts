import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { parseRpcdebug } from "./conform/mod.js";
import { followLog } from "./follow.js";
import { type Fix, parseScenario } from "./scenario/mod.js";

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const scenario = parseScenario(readFileSync(here("scenarios/v3.6-rr50.yaml"), "utf8"), "v3.6-rr50.yaml");
const recorded = (name: string) =>
  parseRpcdebug(readFileSync(here(`testdata/rpcdebug-3.6.0-${name}.txt`), "utf8")).lines;

for (const name of ["start", "loop"]) {
  test(`the debug log of a real 3.6.0 kernel (${name}) is a run of the v3.6 model, every line of it`, () => {
    const result = followLog(scenario, 1, recorded(name));
    assert.equal(result.outcome, "followed", "text" in result ? result.text : "");
    assert.ok(result.followed > 150);
  });
}

// Where a kernel with one rule changed parts from the recording: the line of the log at which that rule shows.
const PARTS_AT: { readonly [F in Fix]?: number } = {
  "close-on-close-wait": 45,
  "no-shutdown-on-epipe": 60,
  "eagain-to-connect": 82,
  "no-early-wake": 114,
  "quiet-abort": 118,
};
for (const [fix, line] of Object.entries(PARTS_AT)) {
  test(`with ${fix} the model cannot take line ${line} of the recording`, () => {
    const result = followLog({ ...scenario, fixes: [fix as Fix] }, 1, recorded("start"));
    assert.equal(result.outcome, "refused");
    assert.equal(result.outcome === "refused" && result.at?.line, line);
  });
}
