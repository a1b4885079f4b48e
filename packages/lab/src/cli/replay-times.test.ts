import assert from "node:assert/strict";
import { test } from "node:test";
import { modelRuns, parseSchedule } from "../lab/mod.js";
import { readModel } from "./models.js";
import { replayTimes } from "./replay-times.js";

const newRun = modelRuns(readModel("family_killed-task-keeps-the-write-lock_broken"));
const schedule = parseSchedule("m:B.call_reserve,A.call_reserve,B.xprt_alloc_slot");

test("a world that does the same each time is told so", () => {
  assert.equal(replayTimes(newRun, schedule, 50, false), undefined);
});

test("the first replay that differs is told, and after which step", () => {
  const difference = replayTimes(
    (time) => {
      const run = newRun();
      let steps = 0;
      return {
        subject: run.subject,
        choices: () => run.choices(),
        step: (index) => {
          steps++;
          run.step(index);
        },
        get over() {
          return run.over;
        },
        digest: () => (time >= 7 && steps >= 2 ? -1 : run.digest()),
      };
    },
    schedule,
    10,
    false,
  );
  assert.deepEqual({ ...difference, was: 0 }, { time: 7, step: 2, was: 0, is: -1 });
});
