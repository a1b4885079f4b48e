import assert from "node:assert/strict";
import { test } from "node:test";
import { avoidsGoal, fairlyAvoidsGoal } from "./liveness.fixture.js";
import { compile } from "./mod.js";
import { FAIRLY, samplePrograms, UNFAIRLY } from "./programs.fixture.js";
import { isGoal, searchAll } from "./search.fixture.js";

for (const { title, program, fails } of samplePrograms()) {
  test(`of ${title} fails what is said to fail, and its goal can be reached`, () => {
    const model = compile(program);
    const found = searchAll(model);
    assert.ok(found.labels.some(isGoal));
    if (fails === undefined) return;
    const broken = new Set(found.states.map((state) => model.broken(state, 0)));
    const failing = [
      ...Object.keys(program.never).filter((name) => broken.has(name)),
      ...(fairlyAvoidsGoal(model) ? [FAIRLY] : []),
      ...(avoidsGoal(found) ? [UNFAIRLY] : []),
    ];
    assert.deepEqual(failing, fails);
  });
}
