import assert from "node:assert/strict";
import { test } from "node:test";
import { Drive } from "./mod.js";

/** A core that writes down what it was stepped with, and answers each event with the effects named in it. */
function scripted() {
  const log: string[] = [];
  const core = {
    deadline: undefined,
    step: (now: number, event: string): readonly string[] => {
      log.push(`step ${event} @${now}`);
      return event.includes(":") ? event.split(":")[1]!.split(",") : [];
    },
  };
  return { log, core };
}

test("an event posted while performing waits until every effect of the step is performed", () => {
  const { log, core } = scripted();
  const drive: Drive<string, string> = new Drive(core, {
    now: () => 7,
    perform: (effect) => {
      log.push(`perform ${effect}`);
      if (effect === "x") drive.post("late:z");
    },
    rested: () => log.push("rested"),
  });
  drive.post("first:x,y");
  assert.deepEqual(log, [
    "step first:x,y @7",
    "perform x",
    "perform y",
    "step late:z @7",
    "perform z",
    "rested",
  ]);
});

test("what is scheduled runs first-in first-out", () => {
  const { log, core } = scripted();
  const drive: Drive<string, string> = new Drive(core, {
    now: () => 0,
    perform: (effect) => drive.post(`run-${effect}`),
    rested: () => {},
  });
  drive.post("a:1,2,3");
  assert.deepEqual(log, ["step a:1,2,3 @0", "step run-1 @0", "step run-2 @0", "step run-3 @0"]);
});

test("after a throw no event is stepped twice and the others are not lost", () => {
  const { log, core } = scripted();
  const drive: Drive<string, string> = new Drive(core, {
    now: () => 0,
    perform: (effect) => {
      drive.post("kept");
      if (effect === "boom") throw new Error("boom");
    },
    rested: () => {},
  });
  assert.throws(() => drive.post("a:boom"), /boom/);
  drive.post("b");
  assert.deepEqual(log, ["step a:boom @0", "step kept @0", "step b @0"]);
});
