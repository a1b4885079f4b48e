import { flag, NET, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "new-port-misses-the-reply-cache";

/** The server has run the call; its reply is lost with the connection, which the server then closes. */
const programs = sides(name, "WAITS_FOR_THE_OLD_SOCKET", {
  variables: [
    oneOf("t", "waits_for_reply", "xprt_connect", "waits_for_connect", "tcp_sendmsg", "answered"),
    oneOf("old_socket", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "gone"),
    oneOf("srcport", "old", "fresh"),
    flag("work"),
    oneOf("tcp", "CLOSE", "SYN_SENT", "ESTABLISHED"),
    flag("call_sent"),
    flag("ran_twice"),
  ],
  actors: [...threads("T", "W"), NET],
  actions: [
    step("net", "fin", "old_socket == ESTABLISHED", "old_socket = CLOSE_WAIT; t = xprt_connect;"),
    // Closing our side sends a FIN; until that is acknowledged the socket holds its port.
    step("T", "xprt_connect", "t == xprt_connect", "old_socket = LAST_ACK; work = 1; t = waits_for_connect;"),
    step("net", "ack", "old_socket == LAST_ACK", "old_socket = gone;"),
    // EADDRNOTAVAIL: any other port will do.
    step(
      "W",
      "xs_tcp_setup_socket",
      "work == 1 && (WAITS_FOR_THE_OLD_SOCKET == 0 || old_socket == gone)",
      "work = 0; tcp = SYN_SENT; if (old_socket == LAST_ACK) { srcport = fresh; }",
    ),
    step("net", "syn-ack", "tcp == SYN_SENT", "tcp = ESTABLISHED; t = tcp_sendmsg;"),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    // The reply cache knows a call by its xid, and by the address and port it came from.
    step(
      "net",
      "reply",
      "call_sent == 1",
      "call_sent = 0; t = answered; if (srcport == fresh) { ran_twice = 1; }",
    ),
  ],
  goal: "t == answered",
  never: { "a call runs twice at a server with a reply cache": "ran_twice == 1" },
});

/** L34. */
export const newPortMissesTheReplyCache: Situation = {
  ...programs,
  name,
  title: "The old socket still holds the port, and a new port misses the reply cache",
  source: "L34, 2023",
  symptom: "A call that must not run twice may do so.",
  cause:
    "The new socket is made while the old one waits for its last acknowledgement. Its port cannot be had, another one is taken, and the server does not know the repeated call from there.",
  fix: "The connect waits until the old socket is gone.",
  expect: { broken: "breaks", fixed: "recovers" },
  limits:
    "How it was mended is not known here: the fix is derived, and a server that never acknowledges our FIN would block it. The cache keeps everything and looks at the port, as for NFSv3 and v4.0.",
};
