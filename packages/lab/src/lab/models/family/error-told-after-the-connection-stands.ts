/** A status is old news: it says what was true when the task was woken. */
import type { Action } from "../../guarded/mod.js";
import { flag, NET, oneOf, sides, step, threads, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

/** A task with RPC_TASK_SOFTCONN; the connect worker is one with whoever asks for it. */
function task(me: string): readonly Action[] {
  return [
    step(
      me,
      "call_connect",
      `${me} == call_connect`,
      `if (tcp == ESTABLISHED) { ${me} = call_transmit; } else { tcp = SYN_SENT; ${me} = asleep; }`,
    ),
    // Its status is ECONNREFUSED.
    step(
      me,
      "call_connect_status",
      `${me} == call_connect_status`,
      `if (TESTS_CONNECTED_FIRST == 1 && tcp == ESTABLISHED) { ${me} = call_transmit; }
       else { ${me} = failed; if (tcp == ESTABLISHED) { failed_on_live = 1; } }`,
    ),
    step(me, "call_transmit", `${me} == call_transmit`, `${me} = answered;`),
  ];
}

const PLACES = [
  "call_connect",
  "asleep",
  "call_connect_status",
  "call_transmit",
  "answered",
  "failed",
] as const;

const PROGRAMS = sides("error-told-after-the-connection-stands", "TESTS_CONNECTED_FIRST", {
  variables: [
    oneOf("T", ...PLACES),
    oneOf("U", ...PLACES),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    // The server begins to listen in between.
    upTo(1, "refusals", 1),
    flag("failed_on_live"),
  ],
  actors: [...threads("T", "U"), NET],
  actions: [
    step(
      "net",
      "refused",
      "tcp == SYN_SENT && refusals > 0",
      `refusals = refusals - 1; tcp = CLOSE;
       if (T == asleep) { T = call_connect_status; } if (U == asleep) { U = call_connect_status; }`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT && refusals == 0",
      `tcp = ESTABLISHED;
       if (T == asleep) { T = call_transmit; } if (U == asleep) { U = call_transmit; }`,
    ),
    ...task("T"),
    ...task("U"),
  ],
  goal: "(T == answered || T == failed) && (U == answered || U == failed)",
  never: { "a call fails for want of a connection that stands": "failed_on_live == 1" },
});

export const errorToldAfterTheConnectionStands: Situation = {
  name: "error-told-after-the-connection-stands",
  title: "A call fails with the error of a connect that has succeeded since",
  source: "L24, v5.0, 2019",
  symptom: "A soft call fails, or is tried again for nothing, while the connection is in order.",
  cause:
    "The task is woken with the error of one attempt; before it runs another attempt, made for another task, has succeeded.",
  fix: "The task looks whether the transport is connected before it acts on its status.",
  ...PROGRAMS,
  expect: { broken: "breaks", fixed: "recovers" },
  limits: "Two tasks that connect without back-off, one refusal; the worker is one with whoever asks for it.",
};
