import { flag, NET, oneOf, sides, step, threads, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "idle-timer-older-than-the-connection";

/** A transport that was last used before the outage, longer ago than it may be idle, connects for a call. */
const programs = sides(name, "CONNECT_COUNTS_AS_USE", {
  variables: [
    oneOf("t", "xprt_connect", "waits_for_connect", "tcp_sendmsg", "waits_for_reply", "answered"),
    flag("connected"),
    flag("locked"),
    flag("timer_is_due"),
    flag("autoclose"),
    flag("work"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("call_sent"),
    flag("closed_unused"),
  ],
  actors: [...threads("T", "W"), NET, ...timers("idle")],
  actions: [
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect && locked == 0",
      "locked = 1; work = 1; t = waits_for_connect;",
    ),
    step("W", "xs_tcp_setup_socket", "work == 1", "work = 0; tcp = SYN_SENT;"),
    // The worker's lock is released, and no call is on the wire: the idle timer is set, from the last use on.
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; locked = 0; if (CONNECT_COUNTS_AS_USE == 0) { timer_is_due = 1; }
       if (t == waits_for_connect) { t = tcp_sendmsg; }`,
    ),
    // A time that is past: it runs out at once.
    step(
      "idle",
      "timer",
      "timer_is_due == 1",
      "timer_is_due = 0; if (locked == 0 && call_sent == 0) { locked = 1; autoclose = 1; }",
    ),
    step(
      "W",
      "xprt_autoclose",
      "autoclose == 1",
      "autoclose = 0; locked = 0; connected = 0; tcp = CLOSE; if (t != answered) { closed_unused = 1; }",
    ),
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg && locked == 0",
      "if (connected == 1) { call_sent = 1; t = waits_for_reply; } else { t = xprt_connect; }",
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
  ],
  goal: "t == answered",
  never: { "a connection is closed as idle before its first call": "closed_unused == 1" },
});

/** L27. */
export const idleTimerOlderThanTheConnection: Situation = {
  ...programs,
  name,
  title: "The idle timer counts from before the connection was made",
  source: "L27, 2019",
  symptom: "A connection is closed as idle right after it was made.",
  cause:
    "When the connect gives the write lock back, the idle timer is set from the time of the last use: after an outage longer than the idle time that is past, and the timer closes the connection before the call gets the lock.",
  fix: "What schedules the idle timer counts as a use itself.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits: "One task. In the fixed program the timer, five minutes away, is left out.",
};
