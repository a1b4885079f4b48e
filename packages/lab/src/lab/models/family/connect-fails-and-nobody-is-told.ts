import { flag, NET, oneOf, requestTimeout, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "connect-fails-and-nobody-is-told";

/** A blackhole route to the server: connect() returns ENETUNREACH at once. The operator takes it away. */
const programs = sides(name, "FAILURE_WAKES", {
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
    ),
    oneOf("tk_status", "EAGAIN", "ENETUNREACH"),
    flag("connected"),
    flag("connecting"),
    flag("blackhole", 1),
    oneOf("work", "no_work", "queued"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("call_sent"),
  ],
  actors: [
    ...threads("T", "W"),
    NET,
    { name: "operator", kind: "operator", fairness: "weak" },
    ...timers("delay", "timeo"),
  ],
  actions: [
    step("operator", "route-del", "blackhole == 1", "blackhole = 0;"),
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect",
      `if (connected == 1) { t = tcp_sendmsg; }
       else { t = waits_for_connect; if (connecting == 0) { connecting = 1; work = queued; } }`,
    ),
    step(
      "W",
      "xs_tcp_finish_connecting",
      "work == queued",
      `work = no_work; connecting = 0;
       if (blackhole == 0) { tcp = SYN_SENT; }
       else if (FAILURE_WAKES == 1 && t == waits_for_connect) { tk_status = ENETUNREACH; t = call_connect_status; }`,
    ),
    step(
      "T",
      "call_connect_status",
      "t == call_connect_status",
      "if (tk_status == ENETUNREACH) { t = delay; } else { t = xprt_connect; } tk_status = EAGAIN;",
    ),
    timer("delay", "t == delay", "t = xprt_connect;"),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      "tcp = ESTABLISHED; connected = 1; if (t == waits_for_connect) { t = call_connect_status; }",
    ),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    requestTimeout("t == waits_for_connect", "t = xprt_connect;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L41. */
export const connectFailsAndNobodyIsTold: Situation = {
  ...programs,
  name,
  title: "The connect fails at once, and the worker keeps it to itself",
  source: "L41 (derived), until 485f2251782f, about 3.15, 2014",
  symptom: "A mount takes a minute longer than the outage.",
  cause:
    "When connect() itself returns ECONNREFUSED, ECONNRESET or ENETUNREACH, the worker ends as if it had started one: it wakes nobody, and no event of the socket will.",
  fix: "These errors are told to the waiting tasks, which try again after three seconds.",
  expect: { broken: "stalls", fixed: "recovers" },
  limits:
    "One task and no socket yet, so the connect is not delayed. Which commit moved these errors to the waking end of the worker is known to within a version only.",
};
