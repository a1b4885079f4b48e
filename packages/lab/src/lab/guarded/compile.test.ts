import assert from "node:assert/strict";
import { test } from "node:test";
import { twoPhaseCommit } from "../models/mod.js";
import { compile } from "./mod.js";
import { isBroken, isGoal, searchAll } from "./search.fixture.js";
import { twoPhaseProgram } from "./two-phase-commit.js";

for (const [n, distinct, generated] of [
  [3, 288, 1_146],
  [5, 8_832, 58_146],
] as const) {
  test(`two-phase commit of ${n} has ${distinct} states, reached in ${generated} ways`, () => {
    const found = searchAll(compile(twoPhaseProgram(n)));
    assert.equal(found.states.length, distinct);
    assert.equal(found.generated, generated);
    assert.ok(!found.labels.some(isBroken));
    assert.ok(found.labels.some(isGoal));
  });
}

test("a compiled two-phase commit takes the steps of the one packed by hand", () => {
  const [compiled, byHand] = [compile(twoPhaseProgram(4)), twoPhaseCommit(4)];
  assert.deepEqual(compiled.choices, byHand.choices);
  const [ours, theirs] = [searchAll(compiled), searchAll(byHand)];
  assert.deepEqual(ours.successors, theirs.successors);
  assert.deepEqual(ours.labels, theirs.labels);
});
