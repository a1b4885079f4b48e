import { InvariantError } from "../errors.js";
import type { Instant } from "../port.js";
import type { RecordReader } from "../record.js";
import { CONN_MOVES, type ConnInput, type ConnState } from "./conn.states.js";
import type { ConnId, Peer, SvcNotice } from "./port.js";

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

/** Moves `conn` as the table says. */
export function go(conn: Conn, input: ConnInput, now: Instant): void {
  const next = CONN_MOVES[conn.state][input];
  if (next === undefined) {
    throw new InvariantError(`server connection ${conn.id}: no move for ${input} in ${conn.state}`, now);
  }
  conn.state = next;
}
