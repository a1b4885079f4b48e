import { flag, NET, oneOf, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "refused-while-sending";

/** A connect is under way to a server that does not listen yet. */
const programs = sides(name, "HANDLES_REFUSED", {
  variables: [
    oneOf(
      "t",
      "waits_for_connect",
      "tcp_sendmsg",
      "call_transmit_status",
      "on_sending",
      "delay",
      "xprt_connect",
      "waits_for_reply",
      "answered",
    ),
    flag("connected"),
    oneOf("tcp", "SYN_SENT", "CLOSE", "ESTABLISHED"),
    flag("sk_err"),
    flag("listens"),
    flag("call_sent"),
  ],
  actors: [...threads("T"), NET, { name: "server", kind: "peer", fairness: "weak" }, ...timers("delay")],
  actions: [
    step("server", "listen", "listens == 0", "listens = 1;"),
    step(
      "net",
      "refused",
      "tcp == SYN_SENT && listens == 0",
      "tcp = CLOSE; sk_err = 1; if (t == waits_for_connect) { t = tcp_sendmsg; }",
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT && listens == 1",
      "tcp = ESTABLISHED; connected = 1; if (t == waits_for_connect) { t = tcp_sendmsg; }",
    ),
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg",
      `if (sk_err == 1) { sk_err = 0; t = call_transmit_status; }
       else { call_sent = 1; t = waits_for_reply; }`,
    ),
    // The queue `sending` has no timer. Whoever releases the write lock wakes it: the last to do so was this task.
    step(
      "T",
      "call_transmit_status",
      "t == call_transmit_status",
      "if (HANDLES_REFUSED == 1) { t = delay; } else { t = on_sending; }",
    ),
    timer("delay", "t == delay", "t = xprt_connect;"),
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect",
      "if (connected == 1) { t = tcp_sendmsg; } else { tcp = SYN_SENT; t = waits_for_connect; }",
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L6. */
export const refusedWhileSending: Situation = {
  ...programs,
  name,
  title: "The server refuses, and the send is who learns of it",
  source: "L6, c8485e4d634, 2009",
  symptom: "A task sleeps for ever although the server listens again.",
  cause:
    "On ECONNREFUSED the task goes to sleep on `sending`: no timer runs there, and only a release of the write lock wakes it, of which there is none any more.",
  fix: "ECONNREFUSED goes on to the next state like the other errors of the network: three seconds of delay, then a new connect.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "One task: a second one that got the lock and let go of it would wake the first. The connect worker is a step of the task, without back-off.",
};
