import { flag, NET, oneOf, requestTimeout, sides, step, threads, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "fin-while-waiting-for-buffer-space";

/** Half of a record is sent, the buffer is full, the task sleeps until there is room and holds the write lock. */
const programs = sides(name, "FIN_DISCONNECTS", {
  variables: [
    oneOf(
      "t",
      "waits_for_space",
      "tcp_sendmsg",
      "call_connect",
      "waits_for_connect",
      "waits_for_reply",
      "answered",
    ),
    flag("connected", 1),
    flag("close_wait"),
    flag("room"),
    oneOf("work", "no_work", "queued"),
    oneOf("tcp", "ESTABLISHED", "CLOSE_WAIT", "CLOSE", "SYN_SENT"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET, ...timers("timeo")],
  actions: [
    // xprt_force_disconnect: the lock is held, so the close is only noted; everybody is woken.
    step(
      "net",
      "fin",
      "tcp == ESTABLISHED && room == 0",
      `tcp = CLOSE_WAIT; close_wait = 1; if (FIN_DISCONNECTS == 1) { connected = 0; }
       if (t == waits_for_space) { t = tcp_sendmsg; }`,
    ),
    // EAGAIN goes to xs_nospace: it waits for room if the transport is connected, else says ENOTCONN.
    step(
      "T",
      "tcp_sendmsg",
      "t == tcp_sendmsg",
      `if (room == 1) { call_sent = 1; t = waits_for_reply; }
       else if (connected == 1) { t = waits_for_space; }
       else { t = call_connect; }`,
    ),
    step(
      "T",
      "call_connect",
      "t == call_connect",
      `if (connected == 1) { t = tcp_sendmsg; }
       else { if (close_wait == 1) { close_wait = 0; tcp = CLOSE; } work = queued; t = waits_for_connect; }`,
    ),
    step("W", "xs_tcp_setup_socket", "work == queued", "work = no_work; tcp = SYN_SENT; room = 1;"),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      "tcp = ESTABLISHED; connected = 1; if (t == waits_for_connect) { t = tcp_sendmsg; }",
    ),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    requestTimeout("t == waits_for_space || t == waits_for_connect", "t = call_connect;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L9. */
export const finWhileWaitingForBufferSpace: Situation = {
  ...programs,
  name,
  title: "The server closes while the holder of the write lock waits for buffer space",
  source: "L9, d0bea455dd48 on top of a519fc7a70d1, 2012",
  symptom: "A mount hangs, or its task spins, after the server closed the connection.",
  cause:
    "The close that the FIN asks for needs the write lock. Its holder is woken, finds the transport connected and the buffer full, and waits for room again, for ever.",
  fix: "The FIN clears CONNECTED: the holder is told ENOTCONN, goes to connect, and closes the old socket there itself.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "The server's TCP goes on acknowledging and never resets, so no room comes and no error. One task; the socket is really closed, not shut down, in both programs.",
};
