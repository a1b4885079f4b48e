import { flag, NET, oneOf, requestTimeout, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "late-worker-drops-a-good-connection";

/** xprt_wake_pending_tasks. */
const WAKE = "on_pending = 0;";

/** A SYN is out and one worker more is queued, as after a lost race; the task, woken too early, comes to xprt_connect. */
const programs = sides(name, "WORKER_LOOKS_FIRST", {
  variables: [
    oneOf(
      "t",
      "xprt_connect",
      "rpc_sleep_on",
      "xs_connect",
      "asleep",
      "tcp_sendmsg",
      "waits_for_reply",
      "answered",
    ),
    flag("on_pending"),
    flag("connected"),
    flag("connecting", 1),
    flag("close_wait"),
    flag("autoclose"),
    oneOf("work", "queued", "no_work", "backing_off"),
    oneOf("ss", "SS_CONNECTING", "SS_CONNECTED", "SS_UNCONNECTED"),
    oneOf("tcp", "SYN_SENT", "ESTABLISHED", "CLOSE"),
    flag("call_sent"),
    flag("good_one_closed"),
  ],
  actors: [...threads("T", "W"), NET, ...timers("reestablish", "timeo")],
  actions: [
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect",
      "if (connected == 1) { t = tcp_sendmsg; } else { t = rpc_sleep_on; }",
    ),
    step("T", "rpc_sleep_on", "t == rpc_sleep_on", "on_pending = 1; t = xs_connect;"),
    step(
      "T",
      "xs_connect",
      "t == xs_connect",
      "t = asleep; if (connecting == 0) { connecting = 1; work = backing_off; }",
    ),
    step(
      "T",
      "__rpc_execute",
      "t == asleep && on_pending == 0",
      "if (connected == 1) { t = tcp_sendmsg; } else { t = xprt_connect; }",
    ),
    step("net", "syn-ack", "tcp == SYN_SENT", `tcp = ESTABLISHED; connected = 1; ${WAKE}`),
    timer("reestablish", "work == backing_off", "work = queued;"),
    // connect(): EISCONN, EALREADY, 0, EINPROGRESS. The second and the third wake nobody.
    step(
      "W",
      "xs_tcp_setup_socket",
      "work == queued",
      `work = no_work; connecting = 0;
       if (WORKER_LOOKS_FIRST == 1 && connected == 1) { ${WAKE} }
       else if (ss == SS_CONNECTED) { close_wait = 1; ${WAKE} }
       else if (tcp == ESTABLISHED) { ss = SS_CONNECTED; }
       else if (tcp == CLOSE) { tcp = SYN_SENT; ss = SS_CONNECTING; }`,
    ),
    // The write lock is released once the call is sent, and a close that is due gets it.
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg",
      "call_sent = 1; t = waits_for_reply; if (close_wait == 1) { autoclose = 1; }",
    ),
    step(
      "W",
      "xprt_autoclose",
      "autoclose == 1",
      `autoclose = 0; close_wait = 0; connected = 0; tcp = CLOSE; ss = SS_UNCONNECTED;
       if (call_sent == 1) { call_sent = 0; good_one_closed = 1; t = xprt_connect; }`,
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    requestTimeout("t == asleep && on_pending == 1", "on_pending = 0;"),
  ],
  goal: "t == answered",
  never: { "a good connection is closed under a call": "good_one_closed == 1" },
});

/** L42. */
export const lateWorkerDropsAGoodConnection: Situation = {
  ...programs,
  name,
  title: "A worker comes late, finds a connection, and drops it",
  source: "L42 (derived), still possible in 3.7; 5.15 has the test",
  symptom: "A connection is closed right after it was made, with a call on it.",
  cause:
    "The first late worker's connect() returns 0 and marks the socket SS_CONNECTED. A task that missed the handshake asks for another: that one is told EISCONN, which the worker takes for an error that needs a new socket.",
  fix: "A worker that finds the transport connected leaves it as it is.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "Derived from the source, nobody reported it. In the fixed program the worker also wakes the waiters, where 5.15 relies on the task's own second test. The test and connect() are one step.",
};
