/** What comes from outside: segments of the server, and time. */
import type { Action } from "../../guarded/mod.js";
import { DONE, fail, STATE_CHANGE } from "./callbacks.js";

function segment(name: string, when: string, does: string): Action {
  return { name: `net.${name}`, actor: "net", when, does };
}

const LIVE = "(tcp == ESTABLISHED || tcp == CLOSE_WAIT || tcp == FIN_WAIT1 || tcp == LAST_ACK)";

/** A RST means different things to a socket whose peer has closed (tcp_reset). */
const RESET = `if (tcp == CLOSE_WAIT) { ${fail("EPIPE")} } else { ${fail("ECONNRESET")} }`;

/** xs_tcp_data_ready; a FIN counts as data, so it undoes the back-off that it has just begun. */
const DATA_READY = "reestablish = 0;";

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
    `peer = forgot; rcv_shutdown = 1; tcp = CLOSE_WAIT; ${STATE_CHANGE.CLOSE_WAIT} ${DATA_READY}`,
  ),
  // The server ends its side when we have ended ours.
  segment("fin-ack", "peer == serves && tcp == FIN_WAIT1", `${DONE} ${DATA_READY}`),
  segment(
    "reply",
    "call_sent == 1 && peer == serves && (tcp == ESTABLISHED || tcp == FIN_WAIT1)",
    `call_sent = 0; ${DATA_READY} replied = 1;
     if (queue == for_connect || queue == for_reply) { queue = awake; }`,
  ),
  {
    name: "intruder.rst",
    actor: "intruder",
    when: "extra_rsts > 0 && (peer == serves || peer == hears_syn)",
    does: `extra_rsts = extra_rsts - 1; if (tcp == SYN_SENT) { ${fail("ECONNREFUSED")} } else { ${RESET} }`,
  },
];

/**
 * The back-off and the delay after a reset both last 3 s at first: when one ends while the other runs, the other is due,
 * too, and may end before anything else happens.
 */
const TWINS = [
  { actor: "reestablish", runs: "work == backing_off", ends: "work = queued;", twin: "queue == delay" },
  {
    actor: "delay",
    runs: "queue == delay",
    ends: "queue = awake; tk_status = OK;",
    twin: "work == backing_off",
  },
].flatMap(({ actor, runs, ends, twin }): readonly Action[] => [
  {
    name: `${actor}.timer`,
    actor,
    when: `${runs} && due == 0`,
    does: `${ends} if (${twin}) { due = 1; }`,
    after: 1,
  },
  { name: `${actor}.timer.due`, actor, when: `${runs} && due == 1`, does: `${ends} due = 0;` },
]);

export const TIMERS: readonly Action[] = [
  ...TWINS,
  { name: "linger.timer", actor: "linger", when: "work == lingering", does: "work = queued;", after: 2 },
  // The request's own timeout, a minute: not meant for a connection that nobody drives.
  {
    name: "timeo.timer",
    actor: "timeo",
    when: "queue == for_connect || queue == for_reply",
    does: "queue = awake; tk_status = ETIMEDOUT;",
    after: 3,
    unrelated: true,
  },
];
