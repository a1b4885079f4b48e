import { flag, NET, oneOf, requestTimeout, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "reset-that-nobody-reports";

/** The server forgot the connection while a call waits for its reply; its RST only marks the socket. */
const programs = sides(name, "REPORTS_RESET", {
  variables: [
    oneOf(
      "t",
      "waits_for_reply",
      "call_status",
      "tcp_sendmsg",
      "delay",
      "call_connect",
      "waits_for_connect",
      "answered",
    ),
    oneOf("tk_status", "OK", "ECONNRESET", "EPIPE", "ETIMEDOUT"),
    flag("connected", 1),
    oneOf("tcp", "ESTABLISHED", "CLOSE", "SYN_SENT"),
    flag("sk_err"),
    oneOf("peer", "forgot", "nobody", "serves"),
    flag("call_sent"),
  ],
  actors: [...threads("T"), NET, ...timers("delay", "timeo")],
  actions: [
    // The socket is closed, and that alone tells the transport nothing.
    step(
      "net",
      "rst",
      "tcp == ESTABLISHED && peer == forgot",
      "tcp = CLOSE; sk_err = 1; peer = nobody; if (REPORTS_RESET == 1 && t == waits_for_reply) { t = tcp_sendmsg; }",
    ),
    // The error is told once. With the fix the task then shuts the socket down, and the transport hears of its end.
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg",
      `if (sk_err == 1) { sk_err = 0; tk_status = ECONNRESET; t = call_status; if (REPORTS_RESET == 1) { connected = 0; } }
       else if (tcp == ESTABLISHED) { if (peer == serves) { call_sent = 1; } t = waits_for_reply; }
       else { tk_status = EPIPE; t = call_status; }`,
    ),
    step(
      "T",
      "call_status",
      "t == call_status",
      "if (tk_status == ECONNRESET) { t = delay; } else { t = call_connect; } tk_status = OK;",
    ),
    step(
      "T",
      "call_connect",
      "t == call_connect",
      "if (connected == 1) { t = tcp_sendmsg; } else { t = waits_for_connect; tcp = SYN_SENT; }",
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; peer = serves; connected = 1;
       if (t == waits_for_connect) { t = tcp_sendmsg; }`,
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    timer("delay", "t == delay", "t = call_connect;"),
    requestTimeout(
      "t == waits_for_reply || t == waits_for_connect",
      "tk_status = ETIMEDOUT; t = call_status;",
    ),
  ],
  goal: "t == answered",
  never: {},
});

/** L1. */
export const resetThatNobodyReports: Situation = {
  ...programs,
  name,
  title: "A RST arrives on an established connection, and no callback says so",
  source: "L1, 2a9e1cfa23f, 2008",
  symptom: "The mount hangs for ever after the server was restarted.",
  cause:
    "Nothing tells the transport of a RST on an established connection, so it still counts as connected: the task goes from every failed send straight to the next one.",
  fix: "The socket's error callback wakes the waiting tasks, and a send that meets ECONNRESET shuts the socket down, which ends the connection for the transport too. Both came in one commit; the callback is the ancestor of the bug of 2012.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "One task; the connect worker is a step of the task, without back-off. That nothing tells of the RST is the commit's word; in the kernels of 2012 the end of the socket is told too. What kernels of 2008 did on EPIPE is taken from later ones.",
};
