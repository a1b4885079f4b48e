import type { Instant } from "../port.js";
import { type Conn, cloneConn } from "./conn.js";
import type { ConnId } from "./port.js";
import { ReplyCache } from "./reply-cache.js";

/** The whole state of a server core. Plain data; of the calls in flight only their number, since drivers have them. */
export class SvcState {
  conns = new Map<ConnId, Conn>();
  /** Streams with received calls that wait for a place among the server's `calls`, oldest first. */
  starved = new Set<ConnId>();
  inFlight = 0;
  drainUntil: Instant | undefined;
  /** When a `deadline` event is wanted. May be earlier than needed, never later. */
  deadline: Instant | undefined;
  cache = new ReplyCache();
  stats = {
    connections: 0,
    calls: 0,
    replies: 0,
    refused: 0,
    failed: 0,
    dropped: 0,
    bytesReceived: 0,
    bytesSent: 0,
  };

  /** A copy that shares nothing that changes. */
  clone(): SvcState {
    const copy: SvcState = Object.assign(new SvcState(), this);
    copy.conns = new Map();
    for (const [id, conn] of this.conns) copy.conns.set(id, cloneConn(conn));
    copy.starved = new Set(this.starved);
    copy.cache = this.cache.clone();
    copy.stats = { ...this.stats };
    return copy;
  }
}
