/**
 * The server core's door (design rule 1). One `conn` is one socket: an accepted stream, or a bound datagram
 * socket with many peers. A driver performs effects in order and posts what they cause as events.
 */
import type { Span } from "../../xdr/mod.js";
import type { Cred } from "../msg/mod.js";
import type { Instant, Refusal } from "../port.js";
import type { AnyProcedure } from "../program.js";
import { DEFAULT_MAX_RECORD_BYTES } from "../record.js";
import type { Served, Tail } from "./service.js";

/** Names one socket of a server for its whole life. Chosen by the driver, never reused. */
export type ConnId = number;

/** The other end. */
export interface Peer {
  /** Numeric address as the OS prints it, without an IPv4-mapped prefix; a name for in-process peers. */
  readonly address: string;
  readonly port: number;
  readonly transport: "tcp" | "udp" | "inproc";
}

/** What a handler is told about its call. */
export interface CallContext {
  readonly peer: Peer;
  readonly cred: Cred;
  readonly xid: number;
  readonly proc: AnyProcedure;
}

/** One admitted call, from `invoke` to `replied` or `failed`. */
export interface Call extends CallContext {
  readonly conn: ConnId;
  readonly served: Served;
  /** The whole record; the arguments are what follows `argsAt`. */
  readonly record: Span;
  readonly argsAt: number;
  /** Set by the core when the answer came. A call is answered once. */
  answered: boolean;
  /** Its name in the cache of replies; undefined: it may run twice. */
  cacheKey: string | undefined;
}

export interface SvcLimits {
  /** Connections at a time; more are reset at once. */
  readonly connections: number;
  /** Calls in flight of one connection; then it is not read any more until half of them are answered. */
  readonly callsPerConn: number;
  /** Calls in flight of the whole server; then streams wait their turn and datagrams are dropped. */
  readonly calls: number;
  /**
   * Reply bytes that one connection's peer has not taken yet; then it is not read any more until half are gone.
   * Calls in flight count with what the last replies weighed (of a new connection: 32 calls are this many bytes).
   */
  readonly unsentBytes: number;
  /** The longest call, all fragments together. */
  readonly maxRecordBytes: number;
  /** The longest datagram reply; a longer one becomes SYSTEM_ERR. */
  readonly datagramBytes: number;
  /** A peer that takes none of its reply bytes for this long is reset, ms. */
  readonly sendTimeoutMs: number;
  /** A connection with nothing in flight that was silent for this long is closed, ms. 0: never. */
  readonly idleMs: number;
  /**
   * Replies of calls that must not run twice (`ServiceOptions.once`) are kept for resends: at most so many, of so many
   * bytes in all, for so long; the oldest go first. 0 replies: none is kept, and only a running call is not run again.
   */
  readonly cachedReplies: number;
  readonly cachedBytes: number;
  readonly cachedMs: number;
  /** A longer reply is not kept; a resend of its call is answered SYSTEM_ERR. */
  readonly cachedReplyBytes: number;
}

export const DEFAULT_LIMITS: SvcLimits = {
  connections: 4096,
  callsPerConn: 256,
  calls: 4096,
  unsentBytes: 16 * 1024 * 1024,
  maxRecordBytes: DEFAULT_MAX_RECORD_BYTES,
  datagramBytes: 65_507,
  sendTimeoutMs: 60_000,
  idleMs: 0,
  cachedReplies: 8192,
  cachedBytes: 8 * 1024 * 1024,
  cachedMs: 120_000,
  cachedReplyBytes: 64 * 1024,
};

export type SvcEvent =
  | {
      readonly type: "accepted";
      readonly conn: ConnId;
      readonly kind: "stream" | "datagram";
      /** Of a stream. A datagram socket's own address. */
      readonly peer: Peer;
    }
  /** Bytes arrived: of a stream in any cut, or one datagram and who sent it. */
  | { readonly type: "data"; readonly conn: ConnId; readonly bytes: Uint8Array; readonly from?: Peer }
  /** The peer half-closed: it sends no more, and still gets its replies. */
  | { readonly type: "fin"; readonly conn: ConnId }
  /** The stream is dead. On a datagram socket: transient. */
  | { readonly type: "error"; readonly conn: ConnId; readonly code: string }
  /** The OS took `bytes` more bytes of what was sent. */
  | { readonly type: "writable"; readonly conn: ConnId; readonly bytes: number }
  /**
   * Calls of one connection were answered: `bytes` are their replies, marks included, in the calls' order; `tail`
   * (without its padding) ends the last. One call per event on datagram sockets.
   */
  | {
      readonly type: "replied";
      readonly calls: readonly Call[];
      readonly bytes: Uint8Array;
      readonly tail?: Tail | undefined;
    }
  /** A call could not be executed; the core makes the reply. */
  | {
      readonly type: "failed";
      readonly call: Call;
      readonly code: "GARBAGE_ARGS" | "SYSTEM_ERR";
      readonly error: unknown;
    }
  | { readonly type: "deadline" }
  /** Read no more, answer what was received, then close; whatever is left at `until` is reset. */
  | { readonly type: "drain"; readonly until: Instant };

export type SvcEffect =
  /** Execute these calls, all of one connection, and post `replied` or `failed` for each. */
  | { readonly type: "invoke"; readonly calls: readonly Call[] }
  /** Write; many sends of one turn become one write. `to`: datagram sockets only. `tail`: to be released when it is written. */
  | {
      readonly type: "send";
      readonly conn: ConnId;
      readonly bytes: Uint8Array;
      readonly to: Peer | undefined;
      readonly tail: Tail | undefined;
    }
  /** Nobody wants these bytes: release them. */
  | { readonly type: "unused"; readonly tail: Tail }
  /** Stop reading, until `resume`. Datagram sockets are never paused. */
  | { readonly type: "pause"; readonly conn: ConnId }
  | { readonly type: "resume"; readonly conn: ConnId }
  /** Close in good order. No events of this conn are wanted any more. */
  | { readonly type: "close"; readonly conn: ConnId }
  /** Reset and forget. No events of this conn are wanted any more. */
  | { readonly type: "abort"; readonly conn: ConnId }
  /** For people. Never needed for correctness. */
  | { readonly type: "notice"; readonly notice: SvcNotice };

export type SvcNotice =
  /** A handler threw, or its results fit neither the procedure's type nor a datagram: SYSTEM_ERR was sent. */
  | { readonly kind: "call-failed"; readonly call: Call; readonly error: unknown }
  /** A call was refused by the core: unknown program, bad credential, garbage. */
  | { readonly kind: "refused"; readonly peer: Peer; readonly xid: number; readonly stat: Refusal }
  /** What came is no RPC; a stream is closed after the replies it is owed. */
  | { readonly kind: "bad-record"; readonly peer: Peer; readonly why: string }
  /** A datagram call was dropped: the server is at its limit of calls or unsent bytes. */
  | { readonly kind: "overloaded"; readonly peer: Peer }
  /** A connection was reset at once: the server has as many as it may. */
  | { readonly kind: "too-many-connections"; readonly peer: Peer }
  /** A connection ended. */
  | {
      readonly kind: "gone";
      readonly peer: Peer;
      readonly why: "fin" | "bad-record" | "drained" | "idle" | "stuck" | "error" | "expired";
      readonly code: string | undefined;
    };

/** One connection, for people. */
export interface ConnSnapshot {
  readonly conn: ConnId;
  readonly peer: Peer;
  readonly state: string;
  readonly inFlight: number;
  readonly unsentBytes: number;
  /** Complete calls that were received and wait for a place. */
  readonly waiting: number;
  readonly heardAt: Instant;
}

/** Counters since the start. */
export interface SvcStats {
  readonly connections: number;
  readonly calls: number;
  readonly replies: number;
  readonly refused: number;
  readonly failed: number;
  /** Records that deserve no answer, and datagrams dropped by limits. */
  readonly dropped: number;
  /** Resends of calls that must not run twice: answered with the reply that was kept, or with the one they waited for. */
  readonly repeated: number;
  readonly joined: number;
  /** Replies that are kept, their bytes, and those that were dropped before their time for want of room. */
  readonly cachedReplies: number;
  readonly cachedBytes: number;
  readonly evicted: number;
  readonly bytesReceived: number;
  readonly bytesSent: number;
}
