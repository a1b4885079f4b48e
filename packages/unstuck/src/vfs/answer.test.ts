import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, after, run, type Steps, wait } from "./answer.js";

function* sum(a: Answer<number>, b: Answer<number>): Steps<number> {
  return (yield* wait(a)) + (yield* wait(b));
}

test("answers that are there are used at once, others when they come", async () => {
  assert.equal(run(sum(1, 2)), 3);
  for (const answer of [run(sum(Promise.resolve(1), 2)), run(sum(1, Promise.resolve(2)))]) {
    assert.ok(answer instanceof Promise);
    assert.equal(await answer, 3);
  }
  assert.equal(
    after(1, (x) => x + 1),
    2,
  );
  assert.equal(await after(Promise.resolve(1), (x) => x + 1), 2);
});

test("a rejection is thrown where it is waited for, and may be caught there", async () => {
  function* caught(answer: Answer<number>): Steps<number> {
    try {
      return yield* wait(answer);
    } catch {
      return (yield* wait(Promise.resolve(40))) + 2;
    }
  }
  assert.equal(await run(caught(Promise.reject(new Error("no")))), 42);
  await assert.rejects(async () => run(sum(1, Promise.reject(new Error("no")))), /no/);
  function* failing(answer: Answer<number>): Steps<never> {
    throw new Error(`at once ${yield* wait(answer)}`);
  }
  assert.throws(() => run(failing(1)), /at once 1/);
});
