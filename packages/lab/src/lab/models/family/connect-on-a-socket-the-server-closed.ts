import { flag, NET, oneOf, requestTimeout, sides, step, threads, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "connect-on-a-socket-the-server-closed";

/** The server's FIN is on its way; what the transport does about it is left to a work item, which may run late. */
const programs = sides(name, "NEW_SOCKET_EACH_TIME", {
  variables: [
    oneOf("t", "waits_for_reply", "xprt_connect", "waits_for_connect", "tcp_sendmsg", "answered"),
    flag("connected", 1),
    flag("connecting"),
    flag("locked"),
    flag("close_wait"),
    flag("connect_work"),
    flag("error_work"),
    oneOf("tcp", "ESTABLISHED", "CLOSE_WAIT", "CLOSE", "SYN_SENT"),
    flag("forgot", 1),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W", "E"), NET, ...timers("timeo")],
  actions: [
    step(
      "net",
      "fin",
      "tcp == ESTABLISHED && forgot == 1",
      "tcp = CLOSE_WAIT; connected = 0; error_work = 1; if (t == waits_for_reply) { t = xprt_connect; }",
    ),
    // A close that is due is done here, by whoever gets the lock; the lock then goes to the worker.
    step(
      "T",
      "xprt_connect",
      "t == xprt_connect",
      `if (connected == 1) { t = tcp_sendmsg; }
       else {
         t = waits_for_connect;
         if (locked == 0) {
           if (close_wait == 1) { close_wait = 0; tcp = CLOSE; }
           if (connecting == 0) { locked = 1; connecting = 1; connect_work = 1; }
         }
       }`,
    ),
    // connect() on the old socket returns 0: it is connected, although the server has closed it.
    step(
      "W",
      "xs_tcp_setup_socket",
      "connect_work == 1",
      `connect_work = 0;
       if (tcp == CLOSE || NEW_SOCKET_EACH_TIME == 1) { tcp = SYN_SENT; forgot = 0; error_work = 0; }`,
    ),
    // xprt_force_disconnect: nothing but a note while the connect has the lock.
    step(
      "E",
      "xs_error_handle",
      "error_work == 1",
      "error_work = 0; close_wait = 1; if (locked == 0) { close_wait = 0; tcp = CLOSE; }",
    ),
    // A connect ends where its socket says ESTABLISHED.
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      `tcp = ESTABLISHED; connected = 1; connecting = 0; locked = 0; close_wait = 0;
       if (t == waits_for_connect) { t = xprt_connect; }`,
    ),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    requestTimeout("t == waits_for_connect", "t = xprt_connect;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L32. */
export const connectOnASocketTheServerClosed: Situation = {
  ...programs,
  name,
  title: "The worker connects a socket that the server has closed, and is told that it is connected",
  source: "L32, 89f42494f92f, 2022",
  symptom: "A mount locks up after days without trouble.",
  cause:
    "The connect runs before the deferred work that would have closed the old socket. connect() on it returns 0, no ESTABLISHED follows, and the connect keeps CONNECTING and the write lock, for which the close waits.",
  fix: "A socket is connected once at most: the worker makes a new one every time, and drops what was pending for the old one.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "The server's TCP sends nothing more on the old connection. That CONNECTING stays set is recalled; that the stale close hits the new connection, which is verified, is left out: here it finds no lock.",
};
