/** A task that is to fail at once must learn that the connect failed. */
import { flag, NET, oneOf, perhaps, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("soft-connect-not-told-of-the-refusal", "TELLS_ERROR", {
  variables: [
    // A task with RPC_TASK_SOFTCONN, as a mount's first ping is.
    oneOf("T", "call_connect", "asleep", "call_connect_status", "call_transmit", "answered", "failed"),
    oneOf("tk_status", "OK", "EAGAIN", "ECONNREFUSED"),
    oneOf("W", "idle", "queued"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("listens"),
  ],
  actors: [...threads("T", "W"), NET, perhaps("server", "peer")],
  actions: [
    // xprt_connect: on `pending`, and the worker at once, without back-off for such a task.
    step(
      "T",
      "call_connect",
      "T == call_connect",
      `if (tcp == ESTABLISHED) { T = call_transmit; }
       else { T = asleep; if (tcp == CLOSE && W == idle) { W = queued; } }`,
    ),
    step("W", "xs_tcp_setup_socket", "W == queued", "W = idle; if (tcp == CLOSE) { tcp = SYN_SENT; }"),
    // It may listen one day, or never.
    step("server", "listens", "listens == 0", "listens = 1;"),
    step(
      "net",
      "refused",
      "tcp == SYN_SENT && listens == 0",
      `tcp = CLOSE;
       if (T == asleep) {
         T = call_connect_status;
         if (TELLS_ERROR == 1) { tk_status = ECONNREFUSED; } else { tk_status = EAGAIN; }
       }`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT && listens == 1",
      "tcp = ESTABLISHED; T = call_connect_status; tk_status = EAGAIN;",
    ),
    step(
      "T",
      "call_connect_status",
      "T == call_connect_status",
      `if (tk_status == ECONNREFUSED) { T = failed; } else { T = call_connect; } tk_status = OK;`,
    ),
    step("T", "call_transmit", "T == call_transmit", "T = answered;"),
  ],
  goal: "T == answered || T == failed",
  never: {},
});

export const softConnectNotToldOfTheRefusal: Situation = {
  name: "soft-connect-not-told-of-the-refusal",
  title: "A task that must fail fast connects for ever",
  source: "L15, 2118071d3b0d and 561ec1603171, 2013",
  symptom: "A mount hangs where nobody listens, instead of an error at once, and sends SYN after SYN.",
  cause:
    "With no error callback the end of a failed connect wakes the task with EAGAIN, as any other event does; EAGAIN means to connect again.",
  fix: "Whoever waits for the connection is woken with the socket's own error.",
  ...PROGRAMS,
  expect: { broken: "churns", fixed: "recovers" },
  limits:
    "One task; the major timeout is left out, it is looked at only by a task whose wait has run out. EAGAIN leads back to the connect, as from 561ec1603171 on.",
};
