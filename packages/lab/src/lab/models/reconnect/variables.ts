/** What the model of the reconnect remembers, under the kernel's names where it has them. */
import type { Variable } from "../../guarded/mod.js";

/** Of tasks and sockets alike. */
const ERRNO = ["OK", "EAGAIN", "ENOTCONN", "EPIPE", "ECONNRESET", "ECONNREFUSED", "ETIMEDOUT", "EINVAL"];

function flag(name: string, initial: 0 | 1): Variable {
  return { name, min: 0, max: 1, initial };
}

/** What came first of the outage, and what else the server does to the client. */
export interface Entry {
  readonly first: "rst" | "fin";
  /** Resets out of nowhere while the client reconnects. */
  readonly extraRsts: number;
  /** So many SYNs are refused before the server listens again. */
  readonly refusals: number;
}

/** The variables that an entry sets, and to what. */
export function startOf({ first, extraRsts, refusals }: Entry): Readonly<Record<string, string | number>> {
  return { peer: first === "fin" ? "sends_fin" : "forgot", extra_rsts: extraRsts, refusals };
}

/**
 * The moment after the outage: one call is on the wire of a connection that the restarted server knows nothing of, and
 * the task sleeps until its reply. Nobody holds the transport, no work is queued.
 */
export function variablesOf(entry: Entry): readonly Variable[] {
  return [
    // The task: where its state machine is, which row comes after a sleep, its status, its wait queue.
    {
      name: "t",
      values: [
        "call_status",
        "call_connect",
        "xprt_connect",
        "xs_tcp_close",
        "connected_yet",
        "sleep_on_pending",
        "xs_connect",
        "asleep",
        "call_connect_status",
        "call_transmit",
        "tcp_sendmsg",
        "inet_shutdown",
        "xmit_done",
        "answered",
        "failed",
      ],
      initial: "asleep",
    },
    { name: "next", values: ["to_status", "to_connect_status", "to_bind"], initial: "to_status" },
    { name: "tk_status", values: ERRNO, initial: "OK" },
    {
      name: "queue",
      values: ["awake", "for_connect", "for_reply", "sending", "delay"],
      initial: "for_reply",
    },
    flag("replied", 0),

    // The transport.
    { name: "locked", values: ["unlocked", "by_task", "by_close"], initial: "unlocked" },
    flag("connected", 1),
    flag("connecting", 0),
    flag("close_wait", 0),
    flag("closing", 0),
    flag("abort", 0),
    flag("must_close", 0),
    // Whether the next connect waits at all: the back-off is 0 or at least 3 s.
    flag("reestablish", 0),

    // rpciod: its thread, its one connect work item, the autoclose.
    {
      name: "w",
      values: [
        "w_idle",
        "w_setup",
        "w_disconnect",
        "w_aborted",
        "w_reused",
        "w_connect",
        "w_connecting",
        "w_finish",
        "w_out_silent",
        "w_out",
        "w_out_wake",
        "w_autoclose",
      ],
      initial: "w_idle",
    },
    {
      name: "result",
      values: ["R_STARTED", "R_QUIET", "R_AGAIN", "R_EINVAL", "R_UNHANDLED"],
      initial: "R_STARTED",
    },
    flag("abort_only", 0),
    { name: "work", values: ["no_work", "backing_off", "lingering", "queued"], initial: "no_work" },
    flag("autoclose", 0),
    flag("due", 0),
    flag("held_wake", 0),

    // The socket.
    flag("sock", 1),
    {
      name: "ss",
      values: ["SS_UNCONNECTED", "SS_CONNECTING", "SS_CONNECTED", "SS_DISCONNECTING"],
      initial: "SS_CONNECTING",
    },
    {
      name: "tcp",
      values: ["CLOSE", "SYN_SENT", "ESTABLISHED", "FIN_WAIT1", "CLOSE_WAIT", "LAST_ACK"],
      initial: "ESTABLISHED",
    },
    { name: "sk_err", values: ERRNO, initial: "OK" },
    flag("rcv_shutdown", 0),
    flag("snd_shutdown", 0),

    // The other end of this connection, and the call on it.
    {
      name: "peer",
      values: ["nobody", "hears_syn", "serves", "sends_fin", "forgot"],
      initial: entry.first === "fin" ? "sends_fin" : "forgot",
    },
    flag("call_sent", 0),
    flag("sent_twice", 0),
    { name: "extra_rsts", min: 0, max: 3, initial: entry.extraRsts },
    { name: "refusals", min: 0, max: 3, initial: entry.refusals },

    // Who ran last on the one CPU.
    { name: "cpu", values: ["idle", "on_task", "on_worker"], initial: "idle" },
  ];
}
