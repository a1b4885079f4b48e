import assert from "node:assert/strict";
import { test } from "node:test";
import { Script } from "node:vm";
import { FAMILY, modelRuns, parseSchedule, replay } from "../lab/mod.js";
import { newControl } from "./explore-control.js";
import type { Found } from "./explore-job.js";
import { progressLine } from "./explore-progress.js";
import { search } from "./explore-search.js";
import { readModel } from "./models.js";
import { storyHtml } from "./story-html.js";
import { storyItf } from "./story-itf.js";
import { storyMermaid } from "./story-mermaid.js";

const BUDGET = { maxStates: 1e6, maxSeconds: 60, maxMegabytes: undefined };
const found = [
  "reconnect_v3.6_none_task-above-worker_rst",
  "reconnect_v3.6_none_smp_rst",
  ...FAMILY.map(({ name }) => `family_${name}_broken`),
].map((model) => search({ model, budget: BUDGET, safety: undefined }, newControl()));
const loops = found.filter(({ schedule }) => schedule.some(({ repeats }) => repeats));

test("the nearest schedule that goes well goes well, and is the same as long as it says", () => {
  const near = found.filter(({ passing }) => passing !== undefined);
  assert.ok(
    near.some(({ verdict }) => verdict === "hangs") && near.some(({ verdict }) => verdict === "stalls"),
  );
  for (const { model, line, passing } of near) {
    const good = parseSchedule(passing!.line);
    assert.equal(replay(modelRuns(readModel(model)), good).outcome, "goal", model);
    const bad = parseSchedule(line!).steps;
    const { shared } = passing!;
    assert.deepEqual(good.steps.slice(0, shared), bad.slice(0, shared));
    assert.notEqual(good.steps[shared], bad[shared], model);
  }
});

test("a hang that is inevitable from the beginning has nothing near it", () => {
  for (const { noReturn, passing } of found) if (noReturn === 0) assert.equal(passing, undefined);
});

test("ITF: every state has every variable, and a loop ends in the state it began with", () => {
  assert.ok(loops.length > 3);
  for (const one of found) {
    const { vars, states, loop } = JSON.parse(storyItf(one)) as {
      vars: string[];
      states: Record<string, unknown>[];
      loop?: number;
    };
    assert.equal(states.length, one.schedule.length + 1);
    for (const { "#meta": _, ...values } of states) assert.deepEqual(Object.keys(values), vars);
    assert.equal(loop !== undefined, loops.includes(one));
    if (loop === undefined) continue;
    assert.deepEqual({ ...states.at(-1), "#meta": 0 }, { ...states[loop], "#meta": 0 });
  }
});

test("Mermaid: a message a step, loops are closed, and no character is read as its own", () => {
  for (const one of found) {
    const lines = storyMermaid(one).trimEnd().split("\n");
    assert.equal(lines[0], "sequenceDiagram");
    assert.equal(lines.filter((line) => line.includes("->>")).length, one.schedule.length);
    assert.equal(
      lines.filter((line) => line === "  loop repeats for ever").length,
      loops.includes(one) ? 1 : 0,
    );
    assert.equal(lines.filter((line) => line === "  end").length, loops.includes(one) ? 1 : 0);
  }
  const text = storyMermaid(hostile());
  assert.doesNotMatch(text.replace(/#\d+;/g, ""), /[;<]|alert.*\bend\b/);
});

test("HTML: a row a step, a bracket round the loop, the point of no return, and nothing from elsewhere", () => {
  for (const one of found) {
    const page = storyHtml(one);
    assert.equal(page.match(/<tr id="\d+"/g)?.length ?? 0, one.schedule.length);
    assert.equal(page.includes('class="bracket"'), loops.includes(one), one.model);
    assert.equal(page.includes('<tr class="fatal">'), one.noReturn !== undefined);
    assert.equal(page.includes('<tr class="differs">'), one.passing !== undefined);
    assert.doesNotMatch(page, /https?:|src=|@import|url\(/);
    assertWellFormed(page);
  }
});

test("HTML: names are text, also those that look like markup", () => {
  const page = storyHtml(hostile());
  assertWellFormed(page);
  assert.equal(page.match(/<script/g)?.length, 2);
  assert.doesNotMatch(page, /<img/);
});

test("a line of progress fits the terminal", () => {
  const gauge = { states: 1_234_567, depth: 12, frontier: 99, bytes: 5e8 };
  assert.match(
    progressLine("m", gauge, 2, 200),
    /^1,234,567 states · 617,284\/s · depth 12 · 99 wait · 500 MB · 2 s · m$/,
  );
  assert.equal(progressLine("m", gauge, 2, 20).length, 19);
  assert.equal(progressLine("m".repeat(100), gauge, 2, 0).length, 79);
});

test("depth is what a search with levels finds", () => {
  for (const [model, depth] of [
    ["two-phase-commit_3", 10],
    ["two-phase-commit_5", 16],
  ] as const) {
    const job = { model, budget: BUDGET };
    const safety = {
      order: "bfs",
      store: "exact",
      reduce: false,
      goOn: true,
    } as const;
    assert.equal(search({ ...job, safety: undefined }, newControl()).depth, depth);
    assert.equal(search({ ...job, safety }, newControl()).depth, depth);
  }
});

function hostile(): Found {
  const evil = `</script><img src=x onerror="alert('1')">;end`;
  const step = { actor: evil, what: evil, changes: { [evil]: evil }, repeats: true };
  return {
    ...loops[0]!,
    model: evil,
    line: evil,
    property: evil,
    actors: [evil],
    initial: { [evil]: "0" },
    schedule: [step],
    passing: { shared: 0, line: evil, schedule: [step] },
  };
}

const VOID = new Set(["meta", "!doctype"]);
const OPTIONAL = new Set(["html"]);

/** Every element is closed by its own end, scripts run as far as their grammar, data is JSON. */
function assertWellFormed(page: string): void {
  const open: string[] = [];
  const scripts = [...page.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)];
  for (const [, attributes = "", body = ""] of scripts) {
    if (attributes.includes("json")) JSON.parse(body);
    else new Script(body);
  }
  const markup = page.replace(/<script[^>]*>[\s\S]*?<\/script>|<style>[\s\S]*?<\/style>/g, "");
  for (const [, slash, name = ""] of markup.matchAll(/<(\/?)(!?[a-z0-9]+)[^>]*>/gi)) {
    if (slash === "/") assert.equal(open.pop(), name);
    else if (!VOID.has(name)) open.push(name);
  }
  assert.deepEqual(
    open.filter((name) => !OPTIONAL.has(name)),
    [],
  );
}
