/** Two rules meet: a killed task ends, and a task whose call failed in a certain way begins again. */
import { flag, NET, oneOf, perhaps, sides, step, threads, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("killed-task-restarts-for-ever", "NO_RESTART_WHEN_SIGNALLED", {
  variables: [
    oneOf("T", "call_start", "waits_for_reply", "rpc_exit_task", "released"),
    oneOf("tk_status", "OK", "TRY_AGAIN", "ERESTARTSYS"),
    flag("signalled"),
    // So many replies ask for the call to be made anew.
    upTo(1, "stale_replies", 1),
  ],
  actors: [...threads("T"), NET, perhaps("operator", "operator")],
  actions: [
    // The scheduler looks for a signal before each state.
    step(
      "T",
      "__rpc_execute",
      "T == call_start",
      "if (signalled == 1) { tk_status = ERESTARTSYS; T = rpc_exit_task; } else { tk_status = OK; T = waits_for_reply; }",
    ),
    step(
      "net",
      "reply",
      "T == waits_for_reply",
      "if (stale_replies > 0) { stale_replies = stale_replies - 1; tk_status = TRY_AGAIN; } T = rpc_exit_task;",
    ),
    step(
      "operator",
      "kill",
      "signalled == 0 && T != released",
      "signalled = 1; if (T == waits_for_reply) { tk_status = ERESTARTSYS; T = rpc_exit_task; }",
    ),
    // rpc_call_done of the caller: an error means rpc_restart_call.
    step(
      "T",
      "rpc_exit_task",
      "T == rpc_exit_task",
      `if (tk_status == OK || (NO_RESTART_WHEN_SIGNALLED == 1 && signalled == 1)) { T = released; }
       else { T = call_start; }`,
    ),
  ],
  goal: "T == released",
  never: {},
});

export const killedTaskRestartsForEver: Situation = {
  name: "killed-task-restarts-for-ever",
  title: "A killed task restarts, is found killed, and restarts",
  source: "L40, 2022 and 2025",
  symptom: "A killed process does not end and keeps a processor busy.",
  cause:
    "The signal ends the task with an error, the caller's callback answers an error with a restart, and the restarted task finds the signal.",
  fix: "A task with a signal is not restarted.",
  ...PROGRAMS,
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "One task. That its callback restarts on whatever error it is given is the model's reading of the loop, not verified.",
};
