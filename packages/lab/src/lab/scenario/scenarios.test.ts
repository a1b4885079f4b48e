/** The scenario files beside the package: each is read, printed and read again. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { loadScenario, parseScenario, printScenario, type Scenario } from "./mod.js";

const FOLDER = new URL("../../../scenarios/", import.meta.url);
const FILES = readdirSync(FOLDER).toSorted();

function load(file: string): Scenario {
  return loadScenario(readFileSync(new URL(file, FOLDER), "utf8"), file).scenario;
}

/** What may differ between two spellings of one story. */
function bare(s: Scenario): unknown {
  return { ...s, name: "", title: "", timeline: s.timeline.map((step) => step.deed) };
}

for (const file of FILES) {
  test(`${file} is a scenario, named as its file, titled, and prints as itself`, () => {
    const s = load(file);
    assert.equal(s.name, file.replace(/\.(yaml|sh)$/, ""));
    assert.notEqual(s.title, s.name);
    const back = parseScenario(printScenario(s), "x");
    const lineless = (of: Scenario) => ({
      ...of,
      timeline: of.timeline.map((step) => ({ ...step, line: 0 })),
    });
    assert.deepEqual(lineless(back), lineless(s));
  });
}

test("the report's own lines are the scenario report-rr50, and rpcinfo", () => {
  const script = load("report.sh");
  assert.deepEqual(
    script.timeline.slice(-2).map((step) => step.deed),
    [
      { do: "wait", us: 1_000_000 },
      { do: "rpcinfo", server: "server" },
    ],
  );
  assert.deepEqual(
    bare({ ...script, timeline: script.timeline.slice(0, -2) }),
    bare(load("report-rr50.yaml")),
  );
});

test("no two files tell the same story", () => {
  const stories = new Set(FILES.map((file) => JSON.stringify(bare(load(file)))));
  assert.equal(stories.size, FILES.length);
});
