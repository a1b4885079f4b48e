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

// Where a kernel with one rule changed parts from the recordings: the line of each at which that rule shows. Line 1 of
// the loop: such a kernel never comes there. A server that is up sends no FIN of its own, so CLOSE_WAIT does not show in it.
const PARTS_AT: { readonly [F in Fix]?: readonly [start: number, loop: number | undefined] } = {
  "close-on-close-wait": [45, 1],
  "disconnected-on-close-wait": [45, undefined],
  "no-shutdown-on-epipe": [60, 19],
  "no-error-callback": [70, 1],
  "eagain-to-connect": [82, 1],
  "no-early-wake": [114, 3],
  "quiet-abort": [118, 7],
};
for (const [fix, lines] of Object.entries(PARTS_AT)) {
  for (const [i, name] of ["start", "loop"].entries()) {
    const line = lines[i];
    test(`with ${fix} the model parts from the recording (${name}) at ${line ?? "no line"}`, () => {
      const result = followLog({ ...scenario, fixes: [fix as Fix] }, 1, recorded(name));
      assert.equal(result.outcome, line === undefined ? "followed" : "refused");
      assert.equal(result.outcome === "refused" ? result.at?.line : undefined, line);
    });
  }
}
