import { flag, NET, oneOf, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "port-taken-by-another";

/** The worker must bind to the port it had, and somebody else has it just now. */
const programs = sides(name, "RETRIES", {
  variables: [
    oneOf(
      "t",
      "xprt_connect",
      "waits_for_connect",
      "call_connect_status",
      "delay",
      "tcp_sendmsg",
      "waits_for_reply",
      "answered",
      "failed",
    ),
    oneOf("tk_status", "OK", "EAGAIN", "EADDRINUSE"),
    oneOf("work", "no_work", "queued"),
    flag("port_taken", 1),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET, { name: "other", kind: "peer", fairness: "weak" }, ...timers("delay")],
  actions: [
    step("T", "xprt_connect", "t == xprt_connect", "work = queued; t = waits_for_connect;"),
    step(
      "W",
      "xs_bind",
      "work == queued",
      `work = no_work;
       if (port_taken == 1) { tk_status = EADDRINUSE; t = call_connect_status; } else { tcp = SYN_SENT; }`,
    ),
    step("other", "close", "port_taken == 1", "port_taken = 0;"),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      "tcp = ESTABLISHED; tk_status = EAGAIN; t = call_connect_status;",
    ),
    // An error that the table does not list ends the call with EIO, also on a hard mount.
    step(
      "T",
      "call_connect_status",
      "t == call_connect_status",
      `if (tk_status == EAGAIN) { t = tcp_sendmsg; }
       else if (tk_status == EADDRINUSE && RETRIES == 1) { t = delay; }
       else { t = failed; }
       tk_status = OK;`,
    ),
    timer("delay", "t == delay", "t = xprt_connect;"),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
  ],
  goal: "t == answered",
  never: { "a hard call fails": "t == failed" },
});

/** L25. */
export const portTakenByAnother: Situation = {
  ...programs,
  name,
  title: "Another socket holds the port that the reconnect wants",
  source: "L25, 2019",
  symptom: "A call on a hard mount fails with EIO.",
  cause:
    "EADDRINUSE of the bind is an error that the state machine does not list, and what it does not list is fatal.",
  fix: "EADDRINUSE is one of the errors after which the call connects again.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "The other socket closes some time. One port, so the worker's round over the reserved ports is left out. The pause before the next try is that of the neighbouring errors; ENOBUFS, fixed with it, is the same program under another name.",
};
