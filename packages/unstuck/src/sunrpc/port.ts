import type { Span } from "../xdr/mod.js";

/**
 * The doors of the cores (design rule 1): what goes in is an event, what comes out is an effect.
 * A driver (node/, the lab) performs effects in order, and never re-enters a core while it does:
 * what an effect causes comes back later, as an event, through the driver's inbox.
 */
/** Milliseconds of a monotonic clock that the driver owns. Fractions are fine. Only differences mean anything. */
export type Instant = number;

/** Names one socket for its whole life, connect attempt included. Never reused within a client. */
export type Cookie = number;

/**
 * A call's name, chosen by the driver: an integer from 0 up to 2^31 - 1, unique among the calls in flight of
 * one client (count up, and wrap). The core derives the xid from it (first xid + task, modulo 2^32), so that
 * one table keyed by xid finds a call from either side.
 */
export type TaskId = number;

/**
 * Work that is ready to run (design rule 3). A core asks for it with the effect `schedule` and does it
 * when it gets the event `run` back. Node runs it first-in first-out; the lab in every order.
 */
export type Work =
  | { readonly kind: "task"; readonly task: TaskId }
  | { readonly kind: "connect"; readonly xprt: number }
  | { readonly kind: "disconnect"; readonly xprt: number; readonly cookie: Cookie };

/** How long a call may wait and what ends it: nfs(5)'s words. */
export interface CallPolicy {
  /** `hard`: for ever. `soft`: EIO at the major timeout. `softerr`: ETIMEDOUT at the major timeout. */
  readonly mode: "hard" | "soft" | "softerr";
  /** First (minor) timeout, ms. */
  readonly timeoMs: number;
  /** Minor timeouts before the major one. */
  readonly retrans: number;
  /** TCP grows the timeout linearly by timeoMs, UDP doubles it; both up to maxTimeoMs. */
  readonly backoff: "linear" | "exponential";
  readonly maxTimeoMs: number;
  /** Fail on the first failed connect instead of retrying it (the kernel's RPC_TASK_SOFTCONN): rpcinfo, showmount. */
  readonly softconn: boolean;
}

export type ClntEvent =
  /**
   * A new call. `record` is the whole record, mark included, encoded by the caller with any xid; the core
   * owns these bytes from here (not those around them) and writes its own xid into them. `deadline` is
   * absolute: ETIMEDOUT then, whatever the policy. `tag` comes back with the outcome; the core does not look at it.
   */
  | {
      readonly type: "call";
      readonly task: TaskId;
      readonly tag: unknown;
      readonly record: Span;
      readonly policy: CallPolicy;
      readonly deadline: Instant | undefined;
    }
  /** The caller lost interest. Settles at once; a late reply is swallowed. Unknown tasks are ignored. */
  | { readonly type: "cancel"; readonly task: TaskId }
  /** connect() finished. `localPort` is what the OS gave (kept across reconnects). */
  | { readonly type: "established"; readonly cookie: Cookie; readonly localPort: number | undefined }
  /**
   * Bytes arrived. Stream: cut anywhere; valid until step() returns, unless they lie in the core's own room().
   * Datagram: exactly one; the core (and whoever gets its results) owns the bytes from here.
   */
  | { readonly type: "data"; readonly cookie: Cookie; readonly bytes: Uint8Array }
  /** The OS took `bytes` more bytes of what was sent. */
  | { readonly type: "writable"; readonly cookie: Cookie; readonly bytes: number }
  /** The peer half-closed. */
  | { readonly type: "fin"; readonly cookie: Cookie }
  /** The socket (or the connect attempt) is dead. `code` is the errno name. On a datagram socket: transient. */
  | { readonly type: "error"; readonly cookie: Cookie; readonly code: string }
  | { readonly type: "deadline" }
  | { readonly type: "run"; readonly work: Work }
  /** Fail everything in flight with ECLOSED and close every socket. Later calls fail at once. */
  | { readonly type: "close" };

export type ClntEffect =
  /**
   * Open a socket named `cookie` for transport `xprt`, from `localPort` if given. Answer with `established` or `error`.
   * `probe`: the path probe's own connection, any port.
   */
  | {
      readonly type: "connect";
      readonly cookie: Cookie;
      readonly xprt: number;
      readonly localPort: number | undefined;
      readonly probe: boolean;
    }
  /** Write these bytes; many sends of one turn become one write. Stays unchanged until `writable` covers it. */
  | { readonly type: "send"; readonly cookie: Cookie; readonly record: Span }
  /** Close in good order (FIN). No events of this cookie are wanted any more. */
  | { readonly type: "shutdown"; readonly cookie: Cookie }
  /** Reset (RST) and forget. No events of this cookie are wanted any more. */
  | { readonly type: "abort"; readonly cookie: Cookie }
  | { readonly type: "schedule"; readonly work: Work }
  /** The one end of a call. */
  | { readonly type: "settle"; readonly task: TaskId; readonly tag: unknown; readonly outcome: Outcome }
  /** For people: something a log or a live view wants to say. Never needed for correctness. */
  | { readonly type: "notice"; readonly notice: Notice };

/**
 * Why nobody answered. `sent` tells a caller of a non-idempotent procedure what he must know:
 * `"never"`: no byte of the call left this host; `"maybe"`: the server may have executed it.
 */
export type Sent = "never" | "maybe";

export type Outcome =
  /** MSG_ACCEPTED/SUCCESS: the results are what follows `start` in the record. */
  | {
      readonly type: "accepted";
      readonly record: Span;
      readonly start: number;
      readonly attempts: number;
    }
  /** The server said no. */
  | { readonly type: "refused"; readonly stat: Refusal; readonly attempts: number }
  /** Nobody answered. `code` as in XprtError. */
  | {
      readonly type: "unanswered";
      readonly code: string;
      readonly sent: Sent;
      readonly attempts: number;
      /** What the call was waiting for when its time was over, as {@link WaitReason.text}. */
      readonly why?: string;
    };

export interface Refusal {
  readonly code:
    | "PROG_UNAVAIL"
    | "PROG_MISMATCH"
    | "PROC_UNAVAIL"
    | "GARBAGE_ARGS"
    | "SYSTEM_ERR"
    | "RPC_MISMATCH"
    | "AUTH_ERROR";
  readonly low?: number;
  readonly high?: number;
  readonly authStat?: string;
}

export type Notice =
  /** The major timeout of a hard call passed ("server not responding, still trying"). */
  | { readonly kind: "not-responding"; readonly task: TaskId }
  /** The first reply after `not-responding`. */
  | { readonly kind: "responding" }
  /** A line of a transport's connection history was added. */
  | { readonly kind: "history"; readonly xprt: number; readonly entry: HistoryEntry }
  /** A call was resent from another source port: a server's duplicate-request cache may miss it. */
  | { readonly kind: "port-changed"; readonly xprt: number; readonly from: number; readonly to: number };

/** One line of a transport's connection history: what happened, by whom, to which socket. */
export interface HistoryEntry {
  readonly at: Instant;
  readonly cookie: Cookie;
  readonly what:
    | "connecting"
    | "established"
    | "connect-failed"
    | "fin-received"
    | "reset-received"
    | "socket-error"
    | "reset-sent"
    | "fin-sent"
    | "probe-started"
    | "probe-answered"
    | "probe-failed"
    | "bad-record";
  readonly localPort: number | undefined;
  /** errno name or a short reason. */
  readonly detail: string | undefined;
}

/** Why a call or a transport waits, as data; `text` is the line a person reads. */
export interface WaitReason {
  readonly code:
    | "running" // scheduled, about to act
    | "slot" // all slots of the transport are taken
    | "connecting" // a connect attempt is under way
    | "backoff" // the next connect attempt is due at `until`
    | "space" // the socket's send buffer is full
    | "reply" // sent, the connection is up and the peer alive
    | "silent" // sent, but nothing was heard since `since`: the path is being probed
    | "closing";
  readonly text: string;
  readonly since: Instant;
  readonly until: Instant | undefined;
}

/** One call in flight, as `unstuck ps` shows it. */
export interface CallSnapshot {
  readonly task: TaskId;
  readonly tag: unknown;
  readonly xid: number;
  readonly xprt: number;
  readonly prog: number;
  readonly vers: number;
  readonly proc: number;
  readonly state: string;
  readonly ageMs: number;
  /** How many times the call was put on a wire. */
  readonly attempts: number;
  readonly reason: WaitReason;
  readonly deadline: Instant | undefined;
}

export interface XprtSnapshot {
  readonly xprt: number;
  readonly state: string;
  readonly cookie: Cookie | undefined;
  readonly localPort: number | undefined;
  readonly inFlight: number;
  readonly connects: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Last time a byte was heard, if ever. */
  readonly heardAt: Instant | undefined;
  readonly reason: WaitReason | undefined;
  /** Oldest first, bounded. */
  readonly history: readonly HistoryEntry[];
}

export interface ClntSnapshot {
  readonly now: Instant;
  readonly calls: readonly CallSnapshot[];
  readonly xprts: readonly XprtSnapshot[];
}
