import { flag, NET, oneOf, requestTimeout, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "connected-between-test-and-sleep";

/** A SYN is out, its worker is gone; the task, woken for some other reason, comes back to xprt_connect. */
const programs = sides(name, "RACE_BREAKER", {
  variables: [
    oneOf(
      "t",
      "xprt_connect",
      "rpc_sleep_on",
      "test_connecting",
      "connecting_set",
      "asleep",
      "tcp_sendmsg",
      "waits_for_reply",
      "answered",
    ),
    flag("on_pending"),
    flag("connected"),
    flag("connecting"),
    oneOf("work", "no_work", "backing_off", "queued"),
    oneOf("tcp", "SYN_SENT", "ESTABLISHED"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET, ...timers("reestablish", "timeo")],
  actions: [
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect",
      "if (connected == 1) { t = tcp_sendmsg; } else { t = rpc_sleep_on; }",
    ),
    step("T", "rpc_sleep_on", "t == rpc_sleep_on", "on_pending = 1; t = test_connecting;"),
    step(
      "T",
      "test_and_set_connecting",
      "t == test_connecting",
      "if (connecting == 0) { connecting = 1; t = connecting_set; } else { t = asleep; }",
    ),
    // The race breaker looks once more: whoever connects from here on finds the task on the queue.
    step(
      "T",
      "xs_connect",
      "t == connecting_set",
      `if (RACE_BREAKER == 1 && connected == 1) { connecting = 0; on_pending = 0; } else { work = backing_off; }
       t = asleep;`,
    ),
    step("T", "__rpc_execute", "t == asleep && on_pending == 0", "t = xprt_connect;"),
    step("net", "syn-ack", "tcp == SYN_SENT", "tcp = ESTABLISHED; connected = 1; on_pending = 0;"),
    timer("reestablish", "work == backing_off", "work = queued;"),
    // connect() on a connection says 0: started, so nobody is woken.
    step("W", "xs_tcp_setup_socket", "work == queued", "work = no_work; connecting = 0;"),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    requestTimeout("t == asleep && on_pending == 1", "on_pending = 0;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L21. */
export const connectedBetweenTestAndSleep: Situation = {
  ...programs,
  name,
  title: "The connection is made between the test for it and the sleep until it",
  source: "L21, absent in 4.4, in 5.0; derived for 2.6.32 to 3.7",
  symptom: "A call stalls for a whole request timeout on a good connection.",
  cause:
    "The task finds CONNECTED clear, the handshake completes and wakes an empty queue, then the task queues itself. The worker it asks for finds the connection made and wakes nobody.",
  fix: "After CONNECTING is set, CONNECTED is tested once more, and the task wakes itself.",
  expect: { broken: "stalls", fixed: "recovers" },
  limits:
    "One task, that holds the write lock. Why it was woken while the SYN was out is left open: any event wakes everybody on `pending`.",
};
