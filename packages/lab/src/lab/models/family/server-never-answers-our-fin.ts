import { flag, NET, oneOf, requestTimeout, sides, step, threads, timer, timers } from "./rows.js";
import type { Situation } from "./situation.js";

const name = "server-never-answers-our-fin";

/** xs_tcp_state_change(CLOSE): the only thing that ends CLOSING. */
const MARK_CLOSED = "closing = 0; connected = 0; if (t == waits_for_connect) { t = call_connect; }";

/** We shut an idle connection down, the server acknowledges it and keeps its own side open; then a call comes. */
const programs = sides(name, "LINGERS", {
  variables: [
    oneOf(
      "t",
      "inet_shutdown",
      "call_connect",
      "waits_for_connect",
      "tcp_sendmsg",
      "waits_for_reply",
      "answered",
    ),
    flag("connected", 1),
    flag("connecting"),
    flag("closing"),
    flag("abort"),
    oneOf("work", "no_work", "lingering", "queued"),
    oneOf("tcp", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE", "SYN_SENT"),
    flag("call_sent"),
  ],
  actors: [...threads("T", "W"), NET, ...timers("linger", "timeo")],
  actions: [
    step(
      "T",
      "inet_shutdown",
      "t == inet_shutdown",
      `tcp = FIN_WAIT1; closing = 1; connected = 0; t = call_connect;
       if (LINGERS == 1) { connecting = 1; abort = 1; work = lingering; }`,
    ),
    step("net", "ack", "tcp == FIN_WAIT1", "tcp = FIN_WAIT2;"),
    // While our FIN is out no connect is started: TCP_CLOSE will wake whoever waits.
    step(
      "T",
      "xprt_connect",
      "t == call_connect",
      `if (connected == 1) { t = tcp_sendmsg; }
       else { t = waits_for_connect; if (closing == 0 && connecting == 0) { connecting = 1; work = queued; } }`,
    ),
    step(
      "W",
      "xs_tcp_setup_socket",
      "work == queued",
      `work = no_work; connecting = 0;
       if (abort == 1) { abort = 0; tcp = CLOSE; ${MARK_CLOSED} } else { tcp = SYN_SENT; }`,
    ),
    step(
      "net",
      "syn-ack",
      "tcp == SYN_SENT",
      "tcp = ESTABLISHED; connected = 1; if (t == waits_for_connect) { t = call_connect; }",
    ),
    step("T", "tcp_sendmsg", "t == tcp_sendmsg", "call_sent = 1; t = waits_for_reply;"),
    step("net", "reply", "call_sent == 1", "call_sent = 0; t = answered;"),
    timer("linger", "work == lingering", "work = queued;", 2),
    requestTimeout("t == waits_for_connect", "t = call_connect;"),
  ],
  goal: "t == answered",
  never: {},
});

/** L2. */
export const serverNeverAnswersOurFin: Situation = {
  ...programs,
  name,
  title: "The server acknowledges our FIN and never sends its own",
  source: "L2, 7d1e8255cf9, 2009",
  symptom: "After an idle disconnect from a FreeBSD server the connect is never tried again.",
  cause:
    "No connect is started while our FIN is out, and only TCP_CLOSE ends that; a connection in FIN_WAIT2 whose other side stays open never gets there.",
  fix: "Fifteen seconds after our FIN a worker aborts the connection with a RST, and wakes whoever waits.",
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "The server never ends its side; a socket that the transport still owns has no timeout of its own in FIN_WAIT2. The worker's abort is one step: what lies inside of it is the bug of 2012.",
};
