import { flag, NET, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "server-closes-while-the-lock-is-held";

/** The task has the write lock and is about to send; the server ends the connection, and resets it a moment later. */
const programs = sides(name, "EPIPE_SHUTS_DOWN", {
  variables: [
    oneOf("t", "tcp_sendmsg", "call_connect", "waits_for_connect", "waits_for_reply", "answered"),
    oneOf("locked", "by_task", "unlocked", "by_close"),
    flag("connected", 1),
    flag("close_wait"),
    oneOf("tcp", "ESTABLISHED", "CLOSE_WAIT", "CLOSE", "SYN_SENT"),
    oneOf("peer", "sends_fin", "forgot", "serves"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET],
  actions: [
    // xprt_force_disconnect: close as soon as the lock can be had.
    step(
      "net",
      "fin",
      "tcp == ESTABLISHED && peer == sends_fin",
      `tcp = CLOSE_WAIT; peer = forgot; close_wait = 1; if (locked == unlocked) { locked = by_close; }
       if (t == waits_for_reply) { t = call_connect; }`,
    ),
    // The socket is closed and says EPIPE from here on; the transport goes on counting as connected.
    step("net", "rst", "tcp == CLOSE_WAIT", "tcp = CLOSE;"),
    // After an error the lock is kept: this task will connect, if it must.
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg && locked != by_close",
      `locked = by_task;
       if (tcp == CLOSE) { if (EPIPE_SHUTS_DOWN == 1) { connected = 0; } t = call_connect; }
       else {
         t = waits_for_reply; if (peer == serves) { call_sent = 1; }
         if (close_wait == 1) { locked = by_close; } else { locked = unlocked; }
       }`,
    ),
    step(
      "T",
      "call_connect",
      "t == call_connect && (connected == 1 || locked != by_close)",
      `if (connected == 1) { t = tcp_sendmsg; }
       else { locked = by_task; close_wait = 0; tcp = SYN_SENT; t = waits_for_connect; }`,
    ),
    step(
      "W",
      "xprt_autoclose",
      "locked == by_close",
      `locked = unlocked; close_wait = 0; connected = 0; tcp = CLOSE; if (t == waits_for_reply) { t = call_connect; }`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      "tcp = ESTABLISHED; peer = serves; connected = 1; t = tcp_sendmsg;",
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L3. */
export const serverClosesWhileTheLockIsHeld: Situation = {
  ...programs,
  name,
  title: "The server closes, and the holder of the write lock waits for a close that waits for it",
  source: "L3, 55420c24a0d, 2009",
  symptom: "A mount hangs after the server closed the connection.",
  cause:
    "The close that a FIN asks for needs the write lock. Its holder gets EPIPE from every send, keeps the lock for the reconnect, finds the transport connected still, and sends again.",
  fix: "EPIPE shuts the socket down, as ECONNRESET did already, which ends the connection for the transport too. This is the second ingredient of the bug of 2012.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "As in the case of the unreported reset, a RST alone does not tell the transport of the socket's end; in the kernels of 2012 it does. How the socket came to say EPIPE is a guess, that the lock kept the close from running is verified. The connect worker is a step of the task.",
};
