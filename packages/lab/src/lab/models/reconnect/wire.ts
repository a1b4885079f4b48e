/** What comes from outside: segments of the server, and time. */
import type { Action } from "../../guarded/mod.js";
import { DONE, fail, STATE_CHANGE } from "./callbacks.js";

function segment(name: string, when: string, does: string): Action {
  return { name: `net.${name}`, actor: "net", when, does };
}

const LIVE = "(tcp == ESTABLISHED || tcp == CLOSE_WAIT || tcp == FIN_WAIT1 || tcp == LAST_ACK)";

/** A RST means different things to a socket whose peer has closed (tcp_reset). */
const RESET = `if (tcp == CLOSE_WAIT) { ${fail("EPIPE")} } else { ${fail("ECONNRESET")} }`;

export const WIRE: readonly Action[] = [
  segment(
    "syn-ack",
    "peer == hears_syn && tcp == SYN_SENT && refusals == 0",
    `peer = serves; tcp = ESTABLISHED; ${STATE_CHANGE.ESTABLISHED}`,
  ),
  segment(
    "refused",
    "peer == hears_syn && tcp == SYN_SENT && refusals > 0",
    `refusals = refusals - 1; ${fail("ECONNREFUSED")}`,
  ),
  // The old connection's call, sent again, draws a RST from a server that has forgotten it.
  segment("rst", `peer == forgot && ${LIVE}`, RESET),
  segment(
    "fin",
    "peer == sends_fin && tcp == ESTABLISHED",
    `peer = forgot; rcv_shutdown = 1; tcp = CLOSE_WAIT; ${STATE_CHANGE.CLOSE_WAIT}`,
  ),
  // The server ends its side when we have ended ours.
  segment("fin-ack", "peer == serves && tcp == FIN_WAIT1", DONE),
  segment(
    "reply",
    "call_sent == 1 && peer == serves && (tcp == ESTABLISHED || tcp == FIN_WAIT1)",
    `call_sent = 0; reestablish = 0; replied = 1;
     if (queue == for_connect || queue == for_reply || queue == for_space) { queue = awake; }`,
  ),
  {
    name: "intruder.rst",
    actor: "intruder",
    when: "extra_rsts > 0 && (peer == serves || peer == hears_syn)",
    does: `extra_rsts = extra_rsts - 1; if (tcp == SYN_SENT) { ${fail("ECONNREFUSED")} } else { ${RESET} }`,
  },
];

export const TIMERS: readonly Action[] = [
  {
    name: "reestablish.timer",
    actor: "reestablish",
    when: "work == backing_off",
    does: "work = queued;",
    after: 1,
  },
  {
    name: "delay.timer",
    actor: "delay",
    when: "queue == delay",
    does: "queue = awake; tk_status = OK;",
    after: 1,
  },
  { name: "linger.timer", actor: "linger", when: "work == lingering", does: "work = queued;", after: 2 },
  // The request's own timeout, a minute: not meant for a connection that nobody drives.
  {
    name: "timeo.timer",
    actor: "timeo",
    when: "queue == for_connect || queue == for_reply || queue == for_space",
    does: "queue = awake; tk_status = ETIMEDOUT;",
    after: 3,
    unrelated: true,
  },
];
