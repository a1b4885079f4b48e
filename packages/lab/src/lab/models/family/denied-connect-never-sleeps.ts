/** An error of connect() that no row of the task's table gives a delay. */
import { NET, oneOf, sides, step, threads, timer, timers, upTo } from "./rows.js";
import type { Situation } from "./situation.js";

const PROGRAMS = sides("denied-connect-never-sleeps", "EPERM_AS_REFUSED", {
  variables: [
    oneOf("T", "call_connect", "asleep", "call_connect_status", "rpc_delay", "call_transmit", "answered"),
    oneOf("tk_status", "OK", "EAGAIN", "ECONNREFUSED"),
    oneOf("W", "idle", "queued"),
    oneOf("policy", "denies", "allows"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    // Calls of connect() since a timer last ran out.
    upTo(3, "tries"),
  ],
  actors: [
    ...threads("T", "W"),
    NET,
    ...timers("delay"),
    { name: "operator", kind: "operator", fairness: "strong" },
  ],
  actions: [
    step(
      "T",
      "call_connect",
      "T == call_connect",
      "if (tcp == ESTABLISHED) { T = call_transmit; } else { T = asleep; W = queued; }",
    ),
    step(
      "W",
      "xs_tcp_setup_socket",
      "W == queued",
      `W = idle; if (tries < 3) { tries = tries + 1; }
       if (policy == allows) { tcp = SYN_SENT; }
       else {
         if (EPERM_AS_REFUSED == 1) { tk_status = ECONNREFUSED; } else { tk_status = EAGAIN; }
         T = call_connect_status;
       }`,
    ),
    step("net", "syn-ack", "tcp == SYN_SENT", "tcp = ESTABLISHED; T = call_connect_status;"),
    step(
      "T",
      "call_connect_status",
      "T == call_connect_status",
      "if (tk_status == ECONNREFUSED) { T = rpc_delay; } else { T = call_connect; } tk_status = OK;",
    ),
    timer("delay", "T == rpc_delay", "tries = 0; T = call_connect;"),
    step("T", "call_transmit", "T == call_transmit", "T = answered;"),
    step("operator", "allow", "policy == denies", "policy = allows;"),
  ],
  goal: "T == answered",
  never: { "it connects three times without a sleep": "tries == 3" },
});

export const deniedConnectNeverSleeps: Situation = {
  name: "denied-connect-never-sleeps",
  title: "A connect that is denied is tried again without a pause",
  source: "L29, connect() denied by BPF with EPERM, 2024",
  symptom: "A processor is busy with one mount, and the log fills up.",
  cause:
    "The connect fails on the spot with an error that the worker does not know; it wakes the task with EAGAIN, for which no state has a delay.",
  fix: "EPERM is taken for ECONNREFUSED, which has one: every cycle of the states must sleep somewhere.",
  ...PROGRAMS,
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "One task; somebody lifts the policy in the end; the connect's own back-off is left out. The other errors of this class (ENOTCONN on a backchannel, EPERM of UDP) are not modelled.",
};
