import { InvariantError } from "../errors.js";
import type { Instant } from "../port.js";
import type { RecordReader } from "../record.js";
import { CONN_MOVES, type ConnInput, type ConnState } from "./conn.states.js";
import type { ConnId, Peer, SvcLimits, SvcNotice } from "./port.js";

/** One connection: plain data, changed by the core only. */
export interface Conn {
  readonly id: ConnId;
  readonly kind: "stream" | "datagram";
  readonly peer: Peer;
  /** Of a stream; dies with it. */
  readonly reader: RecordReader;
  state: ConnState;
  inFlight: number;
  unsentBytes: number;
  /** What a reply is expected to weigh, from the last ones: calls in flight are unsent bytes to come. */
  replyBytes: number;
  heardAt: Instant;
  /** Since when the peer has taken nothing, while something is unsent. */
  progressAt: Instant;
  /** Why it is ending: the first reason counts. */
  why: Extract<SvcNotice, { kind: "gone" }>["why"] | undefined;
}

/** A connection that was just accepted. `replyBytes`: what its replies weigh until one is known. */
export function newConn(
  id: ConnId,
  kind: Conn["kind"],
  peer: Peer,
  reader: RecordReader,
  replyBytes: number,
  now: Instant,
): Conn {
  return {
    id,
    kind,
    peer,
    reader,
    state: "open",
    inFlight: 0,
    unsentBytes: 0,
    replyBytes,
    heardAt: now,
    progressAt: now,
    why: undefined,
  };
}

/** An independent copy in the same state. */
export function cloneConn(conn: Conn): Conn {
  return { ...conn, reader: conn.reader.clone() };
}

/** Moves `conn` as the table says. */
export function go(conn: Conn, input: ConnInput, now: Instant): void {
  const next = CONN_MOVES[conn.state][input];
  if (next === undefined) {
    throw new InvariantError(`server connection ${conn.id}: no move for ${input} in ${conn.state}`, now);
  }
  conn.state = next;
}

/** May one more call of it be executed? One always may when none is in flight and little is unsent. */
export function hasPlace(conn: Conn, limits: SvcLimits): boolean {
  const { inFlight, unsentBytes, replyBytes } = conn;
  if (inFlight === 0) return unsentBytes <= limits.unsentBytes;
  return inFlight < limits.callsPerConn && unsentBytes + inFlight * replyBytes <= limits.unsentBytes;
}

/** More was received, or is owed, than may be. */
export function isClogged(conn: Conn, limits: SvcLimits): boolean {
  return conn.reader.ready > 0 || conn.unsentBytes > limits.unsentBytes;
}

/** At most half of what may be is in flight and owed. */
export function isEased(conn: Conn, limits: SvcLimits): boolean {
  const { reader, inFlight, unsentBytes } = conn;
  return reader.ready === 0 && 2 * inFlight <= limits.callsPerConn && 2 * unsentBytes <= limits.unsentBytes;
}

/** When time ends it, unless something happens before: `why` and when. A datagram socket lives on. */
export function fate(
  conn: Conn,
  limits: SvcLimits,
  now: Instant,
): { why: "stuck" | "idle"; at: Instant } | undefined {
  if (conn.kind === "datagram") return undefined;
  if (conn.unsentBytes > 0) return { why: "stuck", at: conn.progressAt + limits.sendTimeoutMs };
  if (limits.idleMs === 0) return undefined;
  const busy = conn.inFlight > 0 || conn.state !== "open";
  return { why: "idle", at: (busy ? now : Math.max(conn.heardAt, conn.progressAt)) + limits.idleMs };
}
