/** Two bits say whether a task sleeps, and the waker writes them one after the other. */
import type { Action } from "../../guarded/mod.js";
import { flag, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

/** rpc_wake_up_task_queue_locked and rpc_make_runnable by whoever wakes `queue`, under that queue's lock. */
function waker(queue: string): readonly Action[] {
  const w = `${queue}_waker`;
  const make = (name: string, from: string, does: string) => step(`${w}`, `${name}`, `${w} == ${from}`, does);
  const testAndSetRunning = `${w}_queues_work = RUNNING == 0; RUNNING = 1;`;
  const done = `if (${w}_queues_work == 1) { work = 1; } ${w}_queues_work = 0; ${queue}_lock = 0; ${w} = done;`;
  return [
    step(
      `${w}`,
      `dequeue`,
      `${w} == idle && QUEUED == 1 && tk_waitqueue == ${queue} && ${queue}_lock == 0`,
      `${queue}_lock = 1; ${w} = first;`,
    ),
    make(
      "first-bit",
      "first",
      `if (RUNNING_FIRST == 1) { ${testAndSetRunning} } else { QUEUED = 0; } ${w} = second;`,
    ),
    make(
      "second-bit",
      "second",
      `if (RUNNING_FIRST == 1) { QUEUED = 0; } else { ${testAndSetRunning} } ${done}`,
    ),
  ];
}

const places = ["idle", "first", "second", "done"] as const;
const PROGRAMS = sides("queued-task-runs", "RUNNING_FIRST", {
  variables: [
    // What the asynchronous task does: sleeps on one queue, then on another, then ends.
    oneOf("tk_action", "sleep_on_sending", "sleep_on_pending", "exit"),
    oneOf("T", "runs", "tests_queued", "clears_running", "off_cpu", "gone"),
    flag("RUNNING", 1),
    flag("QUEUED"),
    oneOf("tk_waitqueue", "sending", "pending"),
    flag("work"),
    flag("ran_queued"),
    ...["sending", "pending"].flatMap((queue) => [
      flag(`${queue}_lock`),
      oneOf(`${queue}_waker`, ...places),
      flag(`${queue}_waker_queues_work`),
    ]),
  ],
  actors: [...threads("T", "sending_waker", "pending_waker")],
  actions: [
    step(
      "T",
      "tk_action",
      "T == runs",
      `T = tests_queued;
       if (tk_action == sleep_on_sending) { tk_waitqueue = sending; QUEUED = 1; tk_action = sleep_on_pending; }
       else if (tk_action == sleep_on_pending) { tk_waitqueue = pending; QUEUED = 1; tk_action = exit; }
       else { T = gone; }`,
    ),
    // __rpc_execute: first without the queue's lock, then with it.
    step(
      "T",
      "tests_queued",
      "T == tests_queued",
      "if (QUEUED == 0) { T = runs; } else { T = clears_running; }",
    ),
    step(
      "T",
      "clears_running",
      `T == clears_running && ((tk_waitqueue == sending && sending_lock == 0) || (tk_waitqueue == pending && pending_lock == 0))`,
      "if (QUEUED == 0) { T = runs; } else { RUNNING = 0; T = off_cpu; }",
    ),
    step(
      "T",
      "rpc_async_schedule",
      "T == off_cpu && work == 1",
      "work = 0; T = runs; if (QUEUED == 1) { ran_queued = 1; }",
    ),
    ...waker("sending"),
    ...waker("pending"),
  ],
  goal: "T == gone",
  never: { "a task runs while it is queued": "ran_queued == 1" },
});

export const queuedTaskRuns: Situation = {
  name: "queued-task-runs",
  title: "A waker runs a task that has gone to sleep elsewhere",
  source: "L10, el6-388, 2013",
  symptom: "A task goes on although nothing that it sleeps for has happened.",
  cause:
    "The waker clears QUEUED; the task, not yet off its CPU, goes on, sleeps on another queue and clears RUNNING; then the waker sets RUNNING and queues its work.",
  fix: "RUNNING is set before QUEUED is cleared.",
  ...PROGRAMS,
  expect: { broken: "breaks", fixed: "recovers" },
  limits: "One asynchronous task and two queues with one waker each; no timers, no priorities.",
};
