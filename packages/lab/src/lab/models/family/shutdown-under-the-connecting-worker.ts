import { flag, NET, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "shutdown-under-the-connecting-worker";

/** A worker comes late, to a connection that stands since; the server closes it, then resets it. */
const programs = sides(name, "LEAVES_THE_SOCKET", {
  variables: [
    oneOf(
      "t",
      "waits_for_reply",
      "tcp_sendmsg",
      "inet_shutdown",
      "call_connect",
      "waits_for_connect",
      "answered",
      "failed",
    ),
    flag("connected", 1),
    flag("connecting", 1),
    oneOf("work", "queued", "no_work"),
    oneOf("w", "w_idle", "w_disconnect", "w_connect"),
    oneOf("ss", "SS_CONNECTING", "SS_UNCONNECTED", "SS_CONNECTED", "SS_DISCONNECTING"),
    oneOf("tcp", "ESTABLISHED", "CLOSE_WAIT", "CLOSE", "SYN_SENT"),
    oneOf("peer", "sends_fin", "forgot", "serves"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET],
  actions: [
    step(
      "net",
      "fin",
      "tcp == ESTABLISHED && peer == sends_fin",
      "tcp = CLOSE_WAIT; peer = forgot; if (t == waits_for_reply) { t = tcp_sendmsg; }",
    ),
    step(
      "net",
      "rst",
      "tcp == CLOSE_WAIT",
      "tcp = CLOSE; connected = 0; if (t == waits_for_reply) { t = tcp_sendmsg; }",
    ),
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg",
      `if (tcp == ESTABLISHED || tcp == CLOSE_WAIT) { if (peer == serves) { call_sent = 1; } t = waits_for_reply; }
       else if (tcp == SYN_SENT) { t = call_connect; }
       else { if (LEAVES_THE_SOCKET == 1) { t = call_connect; } else { t = inet_shutdown; } }`,
    ),
    // EPIPE, and no pause after it. A closed socket that never knew that it was connected is DISCONNECTING from here on.
    step(
      "T",
      "inet_shutdown",
      "t == inet_shutdown",
      "if (ss == SS_CONNECTING) { if (tcp == CLOSE || tcp == SYN_SENT) { ss = SS_DISCONNECTING; } } t = call_connect;",
    ),
    step(
      "T",
      "call_connect",
      "t == call_connect",
      `if (connected == 1) { t = tcp_sendmsg; }
       else { t = waits_for_connect; if (connecting == 0) { connecting = 1; work = queued; } }`,
    ),
    // Between this look at the socket and the connect nothing holds it.
    step(
      "W",
      "xs_tcp_reuse_connection",
      "w == w_idle && work == queued",
      `work = no_work;
       if (tcp == ESTABLISHED || tcp == SYN_SENT || (tcp == CLOSE && ss == SS_UNCONNECTED)) { w = w_connect; }
       else { w = w_disconnect; }`,
    ),
    // The abort wakes everybody.
    step(
      "W",
      "tcp_disconnect",
      "w == w_disconnect",
      `tcp = CLOSE; ss = SS_UNCONNECTED; connected = 0; w = w_connect;
       if (t == waits_for_reply || t == waits_for_connect) { t = tcp_sendmsg; }`,
    ),
    // EINVAL goes to all who wait; what the table does not list closes the socket and has them try again.
    step(
      "W",
      "tcp_v4_connect",
      "w == w_connect",
      `w = w_idle; connecting = 0;
       if (ss == SS_DISCONNECTING) { if (t == waits_for_connect) { t = failed; } ss = SS_UNCONNECTED; }
       else if (ss == SS_UNCONNECTED) { tcp = SYN_SENT; ss = SS_CONNECTING; }
       else if (tcp == CLOSE) { ss = SS_UNCONNECTED; if (t == waits_for_connect) { t = call_connect; } }
       else if (tcp != SYN_SENT) { ss = SS_CONNECTED; }`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      "tcp = ESTABLISHED; peer = serves; connected = 1; if (t == waits_for_connect) { t = tcp_sendmsg; }",
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
  ],
  goal: "t == answered",
  never: { "a hard call fails": "t == failed" },
});

/** L42. */
export const shutdownUnderTheConnectingWorker: Situation = {
  ...programs,
  name,
  title: "The task shuts down the socket that the worker is about to connect",
  source: "L42 (derived), possible until b9d2bb2ee537 for EPIPE, 2012",
  symptom: "A call on a hard mount fails with EIO.",
  cause:
    "The worker sees a connection that stands and goes on to connect(). Before it gets there the server closes and resets, and the task's shutdown of the dead socket makes it SS_DISCONNECTING: connect() says EINVAL, and that is fatal for whoever waits for the connect.",
  fix: "The task leaves the socket alone: it belongs to the worker.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "Derived from the source, nobody reported it. The close that a FIN asks for is left out, and the back-off, and the bit that a shutdown leaves on a closed socket (that is the bug of 2012). After ECONNRESET kernels up to 3.7 still shut the socket down, but pause for 3 s, so that the worker would have to be that late.",
};
