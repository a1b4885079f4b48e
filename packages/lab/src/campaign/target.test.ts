import assert from "node:assert/strict";
import { test } from "node:test";
import { codeHash } from "./code.js";
import { openTarget, parseTarget, targetWord } from "./target.js";

test("a target is written as it is read, and can be run", () => {
  for (const word of ["two-phase-commit_3", "mill:calm", "reconnect_v3.6_none_smp_rst.rst"]) {
    const target = parseTarget(word);
    assert.equal(targetWord(target), word);
    const run = openTarget(target)();
    assert.ok(run.choices().length > 0);
  }
});

/** What is typed, and what the message proposes. */
const SLIPS: readonly (readonly [typed: string, meant: string])[] = [
  ["mill:clam", "calm"],
  ["reconect_v3.6_none_smp_rst", "reconnect_v3.6_none_smp_rst"],
  ["family_port-in-timewait_broken", "family_port-in-time-wait_broken"],
  ["two-phase-comit_3", "two-phase-commit_3"],
];

test("a wrong target is answered with the one that was meant, or with all there is", () => {
  for (const [typed, meant] of SLIPS) {
    const error = caught(() => parseTarget(typed));
    assert.equal(error.name, "TargetError");
    assert.ok(error.message.includes(`did you mean ${meant}?`), error.message);
  }
  for (const word of ["", "_", "zzzzzzzzzzzz", "mill:", "mill:zzzzzzzzzz", "mil:calm"])
    assert.equal(caught(() => parseTarget(word)).name, "TargetError");
});

function caught(act: () => unknown): Error {
  try {
    act();
  } catch (error) {
    return error as Error;
  }
  return assert.fail("nothing was thrown");
}

test("the code has one name", () => {
  assert.match(codeHash(), /^[0-9a-f]{12}$/);
  assert.equal(codeHash(), codeHash());
});
