import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph, judge } from "../../explore/mod.js";
import { compile, type GuardedProgram } from "../../guarded/mod.js";
import { FAMILY } from "./mod.js";

/** Every one of these is small: a situation that outgrows this shows something else as well. */
const MOST_STATES = 20_000;

function judged(program: GuardedProgram) {
  const graph = buildGraph(compile(program), { states: MOST_STATES });
  return { states: graph.count, ...judge(graph) };
}

for (const { name, broken, fixed, expect } of FAMILY) {
  test(name, (t) => {
    const [before, after] = [judged(broken), judged(fixed)];
    t.diagnostic(`${before.verdict} in ${before.states} states, ${after.verdict} in ${after.states}`);
    assert.deepEqual({ broken: before.verdict, fixed: after.verdict }, expect);
    assert.ok(before.complete && after.complete, "all states are known");
    assert.ok(after.reachesGoal, "the fixed one reaches its goal");
    assert.notDeepEqual(before.verdict, after.verdict);
  });

  test(`${name}: one rule between broken and fixed`, () => {
    const rules = Object.keys(fixed.constants).filter(
      (key) => fixed.constants[key] !== broken.constants[key],
    );
    assert.equal(rules.length, 1, `constants that differ: ${rules.join(", ")}`);
    assert.deepEqual({ ...broken, name: "", constants: {} }, { ...fixed, name: "", constants: {} });
  });
}

test("the family is sorted, and every situation has a name and texts of its own", () => {
  const names = FAMILY.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)].sort());
  for (const { broken, fixed, title, symptom, cause, fix, limits } of FAMILY) {
    assert.notEqual(broken.name, fixed.name);
    for (const text of [symptom, cause, fix, limits]) assert.match(text, /^[^a-z].*\.$/s, title);
  }
});
