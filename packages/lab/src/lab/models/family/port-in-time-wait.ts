import { flag, NET, oneOf, requestTimeout, sides, step, threads, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "port-in-time-wait";

/** xprt_wake_pending_tasks(-EAGAIN). */
const WAKE = "if (t == waits_for_connect) { t = xprt_connect; }";

/** The connect is queued; the source port that it wants to use again is still in TIME_WAIT. */
const programs = sides(name, "BREAKS_OUT", {
  variables: [
    oneOf("t", "waits_for_connect", "xprt_connect", "tcp_sendmsg", "waits_for_reply", "answered"),
    flag("connected"),
    flag("connecting", 1),
    flag("close_wait"),
    oneOf("work", "queued", "no_work"),
    oneOf("w", "w_idle", "w_addrnotavail"),
    oneOf("port", "in_time_wait", "fresh"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET, ...timers("timeo")],
  actions: [
    // EADDRNOTAVAIL: xs_tcp_force_close wakes everybody before the worker is done.
    step(
      "W",
      "tcp_v4_connect",
      "w == w_idle && work == queued",
      `work = no_work;
       if (port == in_time_wait) { close_wait = 1; w = w_addrnotavail; ${WAKE} }
       else { tcp = SYN_SENT; connecting = 0; }`,
    ),
    // Without the break: the end of a connect that was started, which wakes nobody.
    step(
      "W",
      "xprt_clear_connecting",
      "w == w_addrnotavail",
      `connecting = 0; w = w_idle; if (BREAKS_OUT == 1) { ${WAKE} }`,
    ),
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect",
      `if (close_wait == 1) { close_wait = 0; port = fresh; }
       if (connected == 1) { t = tcp_sendmsg; }
       else { t = waits_for_connect; if (connecting == 0) { connecting = 1; work = queued; } }`,
    ),
    step("net", "syn-ack", "tcp == SYN_SENT", `tcp = ESTABLISHED; connected = 1; ${WAKE}`),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    requestTimeout("t == waits_for_connect", "t = xprt_connect;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L5. */
export const portInTimeWait: Situation = {
  ...programs,
  name,
  title: "The port to use again is in TIME_WAIT, and a missing break swallows the wake-up",
  source: "L5, 88b5ed73bcd, 2009",
  symptom: "A reconnect that could be retried at once on another port takes a minute.",
  cause:
    "EADDRNOTAVAIL drops the socket, which wakes the task early: it finds CONNECTING still set and sleeps. Then the worker falls into the case of a connect that is under way, clears CONNECTING and wakes nobody.",
  fix: "A break before that case: the worker ends by waking all tasks with EAGAIN.",
  expect: { broken: "stalls", fixed: "recovers" },
  limits:
    "One task, which holds the write lock throughout, so that it closes the socket itself. Into which case the worker fell is recalled; that it cost 60 s is verified. Earlier still the same port was tried again and again, which is not modelled.",
};
