import assert from "node:assert/strict";
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { type TestContext, test } from "node:test";
import { BusyPoll } from "./busy-poll.js";

/** A poll whose event loop and clock the test has: each turn takes 10 µs. */
function rig(t: TestContext) {
  let now = 1000;
  let due: (() => void)[] = [];
  t.mock.method(performance, "now", () => now);
  t.mock.method(globalThis, "setImmediate", (callback: () => void) => void due.push(callback));
  const poll = new BusyPoll();
  const turn = (): boolean => {
    now += 0.01;
    const run = due;
    due = [];
    for (const callback of run) callback();
    return run.length > 0;
  };
  /** Turns until the loop may sleep. */
  const rest = (): number => {
    let turns = 0;
    while (turn()) turns++;
    return turns;
  };
  return { poll, turn, rest };
}

const skip = cpus().length === 1 && "it never looks on a machine with one CPU";

test("it looks after a write, for a moment only", { skip }, (t) => {
  const { poll, rest } = rig(t);
  poll.sent();
  const turns = rest();
  assert.ok(turns >= 6 && turns <= 8, `${turns} turns of 10 µs`);
});

test("it stops when something was heard, and looks on when there is more to wait for", { skip }, (t) => {
  const { poll, turn, rest } = rig(t);
  poll.sent();
  turn();
  poll.heard();
  assert.equal(rest(), 1);
  poll.sent();
  turn();
  poll.heard();
  poll.sent();
  assert.ok(rest() >= 6);
});

test("one look at a time, however many writes", { skip }, (t) => {
  const { poll, rest } = rig(t);
  for (let i = 0; i < 5; i++) poll.sent();
  const turns = rest();
  assert.ok(turns <= 8, `${turns}`);
});

test("after many looks in vain most writes are let pass; an answer brings the looks back", { skip }, (t) => {
  const { poll, rest } = rig(t);
  const looks = (writes: number): number => {
    let count = 0;
    for (let i = 0; i < writes; i++) {
      poll.sent();
      if (rest() > 0) count++;
    }
    return count;
  };
  assert.equal(looks(9), 9, "bad luck");
  const few = looks(1000);
  assert.ok(few > 10 && few < 30, `${few} looks in 1000 writes`);

  let passed = 0;
  for (;;) {
    poll.sent();
    poll.heard();
    if (rest() > 0) break;
    passed++;
  }
  assert.ok(passed <= 64, `${passed}`);
  assert.equal(looks(5), 5, "and is forgiven");
});
