import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph, judge } from "../../explore/mod.js";
import { compile, type GuardedProgram } from "../../guarded/mod.js";
import { FAMILY } from "./mod.js";

/** Every one of these is small: a situation that outgrows this shows something else as well. */
const MOST_STATES = 20_000;

/** Programs with actions that never happen, and why they may. */
const ONLY_PARTLY: Readonly<Record<string, string>> = {
  "error-callback-comes-back": "it is the whole reconnect of 2012, from one outage",
};

function actionsTaken(program: GuardedProgram): readonly string[] {
  const { model, choice } = buildGraph(compile(program), { states: MOST_STATES });
  return [...new Set(choice)].map((row) => model.choices[row]!.name);
}

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

  test(`${name}: every action happens, every flag is looked at`, (t) => {
    if (ONLY_PARTLY[name] !== undefined) return t.skip(ONLY_PARTLY[name]);
    const { actions, variables, goal, never } = fixed;
    const taken = new Set([...actionsTaken(broken), ...actionsTaken(fixed)]);
    assert.deepEqual(
      actions.map((action) => action.name).filter((action) => !taken.has(action)),
      [],
    );
    const text = [...actions.flatMap((a) => [a.when, a.does]), goal, ...Object.values(never)].join(";");
    const looksAt = (variable: string) => new RegExp(`\\b${variable}\\b(?! = )`).test(text);
    assert.deepEqual(
      variables.map((variable) => variable.name).filter((variable) => !looksAt(variable)),
      [],
    );
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
