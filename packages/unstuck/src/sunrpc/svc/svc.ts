import { InvariantError } from "../errors.js";
import { parseCall, refusalReply } from "../msg/mod.js";
import type { Instant, Refusal } from "../port.js";
import { MARK_BYTES, RecordError, RecordPool, RecordReader } from "../record.js";
import { type Conn, go } from "./conn.js";
import type { ConnInput } from "./conn.states.js";
import { Gate } from "./gate.js";
import {
  type Call,
  type ConnId,
  type ConnSnapshot,
  DEFAULT_LIMITS,
  type Peer,
  type SvcEffect,
  type SvcEvent,
  type SvcLimits,
  type SvcNotice,
  type SvcStats,
} from "./port.js";
import type { Service } from "./service.js";

/** So many calls of a new connection may be in flight before the weight of its replies is known. */
const FIRST_CALLS = 32;

type Gone = Extract<SvcNotice, { kind: "gone" }>["why"];

/**
 * The server core: records in, calls out; answers in, replies out (RFC 5531). Every call that has an xid is
 * answered. Replies leave in the order of their completion. It owns no socket and reads no clock.
 */
export class Svc {
  readonly #limits: SvcLimits;
  readonly #gate: Gate;
  readonly #pool = new RecordPool();
  readonly #conns = new Map<ConnId, Conn>();
  /** Streams with received calls that wait for a place among the server's `calls`, oldest first. */
  readonly #starved = new Set<Conn>();
  #inFlight = 0;
  #drainUntil: Instant | undefined;
  #effects: SvcEffect[] = [];
  readonly #stats = {
    connections: 0,
    calls: 0,
    replies: 0,
    refused: 0,
    failed: 0,
    dropped: 0,
    bytesReceived: 0,
    bytesSent: 0,
  };

  /** When the core wants a `deadline` event if nothing else happens. May be earlier than needed, never later. */
  deadline: Instant | undefined;

  /** Throws TypeError when one version of a program is given twice. */
  constructor(services: readonly Service[], limits: Partial<SvcLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#gate = new Gate(services);
  }

  get connections(): number {
    return this.#conns.size;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get stats(): SvcStats {
    return { ...this.#stats };
  }

  /** Where the next bytes of a stream should be received; undefined: the conn is gone. */
  room(conn: ConnId): Uint8Array | undefined {
    return this.#conns.get(conn)?.reader.room();
  }

  snapshot(): readonly ConnSnapshot[] {
    return [...this.#conns.values()].map((c) => ({
      conn: c.id,
      peer: c.peer,
      state: c.state,
      inFlight: c.inFlight,
      unsentBytes: c.unsentBytes,
      waiting: c.reader.ready,
      heardAt: c.heardAt,
    }));
  }

  /** Takes one event; returns what is to be done, in order. Events of a conn that is gone are ignored. */
  step(now: Instant, event: SvcEvent): readonly SvcEffect[] {
    this.#effects = [];
    switch (event.type) {
      case "data":
        this.#onData(now, event.conn, event.bytes, event.from);
        break;
      case "replied":
        this.#onReplied(now, event.calls, event.bytes);
        break;
      case "writable":
        this.#onWritable(now, event.conn, event.bytes);
        break;
      case "accepted":
        this.#onAccepted(now, event);
        break;
      case "fin":
        this.#end(now, event.conn, "fin", "fin");
        break;
      case "error":
        this.#onError(now, event.conn, event.code);
        break;
      case "failed":
        this.#onFailed(now, event);
        break;
      case "deadline":
        this.#onDeadline(now);
        break;
      case "drain":
        this.#onDrain(now, event.until);
        break;
    }
    return this.#effects;
  }

  #onAccepted(now: Instant, { conn: id, kind, peer }: Extract<SvcEvent, { type: "accepted" }>): void {
    if (this.#conns.has(id)) throw new InvariantError(`server connection ${id} was accepted twice`, now);
    if (this.#drainUntil !== undefined || this.#conns.size >= this.#limits.connections) {
      if (this.#drainUntil === undefined) this.#notice({ kind: "too-many-connections", peer });
      this.#effects.push({ type: "abort", conn: id });
      return;
    }
    this.#stats.connections++;
    this.#conns.set(id, {
      id,
      kind,
      peer,
      reader: new RecordReader({ maxRecordBytes: this.#limits.maxRecordBytes, pool: this.#pool }),
      state: "open",
      inFlight: 0,
      unsentBytes: 0,
      // Nobody knows yet: a few at first.
      replyBytes: this.#limits.unsentBytes / FIRST_CALLS,
      heardAt: now,
      progressAt: now,
      why: undefined,
    });
    if (kind === "stream" && this.#limits.idleMs > 0) this.#wake(now + this.#limits.idleMs);
  }

  #onData(now: Instant, id: ConnId, bytes: Uint8Array, from: Peer | undefined): void {
    const conn = this.#conns.get(id);
    if (conn === undefined || conn.state === "ending") return;
    conn.heardAt = now;
    this.#stats.bytesReceived += bytes.length;
    if (conn.kind === "stream") {
      conn.reader.push(bytes);
      this.#admit(now, conn);
      return;
    }
    const peer = from ?? conn.peer;
    if (this.#inFlight >= this.#limits.calls || conn.unsentBytes > this.#limits.unsentBytes) {
      this.#stats.dropped++;
      this.#notice({ kind: "overloaded", peer });
      return;
    }
    const calls: Call[] = [];
    this.#take(conn, bytes, peer, calls);
    if (calls.length > 0) this.#effects.push({ type: "invoke", calls });
  }

  #onReplied(now: Instant, calls: readonly Call[], bytes: Uint8Array): void {
    if (calls.length === 0) return;
    for (const call of calls) this.#answered(now, call);
    this.#stats.replies += calls.length;
    const { conn: id, peer } = calls[0]!;
    const conn = this.#conns.get(id);
    if (conn !== undefined) {
      conn.inFlight -= calls.length;
      // Falls slowly, so that a small reply between large ones does not let too many in.
      conn.replyBytes = Math.max(bytes.length / calls.length, 0.75 * conn.replyBytes);
      if (conn.kind === "datagram" && bytes.length - MARK_BYTES > this.#limits.datagramBytes) {
        this.#tooLong(now, conn, calls[0]!, bytes.length - MARK_BYTES);
      } else {
        this.#send(now, conn, bytes, peer);
      }
      this.#admit(now, conn);
    }
    this.#feedStarved(now);
  }

  #onFailed(now: Instant, { call, code, error }: Extract<SvcEvent, { type: "failed" }>): void {
    this.#answered(now, call);
    this.#stats.failed++;
    if (code === "SYSTEM_ERR") this.#notice({ kind: "call-failed", call, error });
    else this.#notice({ kind: "refused", peer: call.peer, xid: call.xid, stat: { code } });
    const conn = this.#conns.get(call.conn);
    if (conn !== undefined) {
      conn.inFlight--;
      this.#send(now, conn, refusalReply(call.xid, { code }), call.peer);
      this.#admit(now, conn);
    }
    this.#feedStarved(now);
  }

  #tooLong(now: Instant, conn: Conn, call: Call, bytes: number): void {
    const error = new RangeError(
      `a reply of ${bytes} bytes does not fit a datagram: the client must ask for less, or use TCP`,
    );
    this.#notice({ kind: "call-failed", call, error });
    this.#send(now, conn, refusalReply(call.xid, { code: "SYSTEM_ERR" }), call.peer);
  }

  #onWritable(now: Instant, id: ConnId, bytes: number): void {
    const conn = this.#conns.get(id);
    if (conn === undefined) return;
    conn.unsentBytes -= bytes;
    conn.progressAt = now;
    this.#stats.bytesSent += bytes;
    if (conn.unsentBytes < 0) {
      throw new InvariantError(`server connection ${id}: more bytes were taken than sent`, now);
    }
    this.#admit(now, conn);
  }

  #onError(now: Instant, id: ConnId, code: string): void {
    const conn = this.#conns.get(id);
    if (conn === undefined || conn.kind === "datagram") return;
    this.#close(now, conn, "error", "error", "abort", code);
  }

  #onDeadline(now: Instant): void {
    this.deadline = undefined;
    const expired = this.#drainUntil !== undefined && now >= this.#drainUntil;
    if (this.#drainUntil !== undefined && !expired && this.#conns.size > 0) this.#wake(this.#drainUntil);
    const { sendTimeoutMs, idleMs } = this.#limits;
    for (const conn of [...this.#conns.values()]) {
      if (expired) {
        this.#close(now, conn, "expire", "expired", "abort");
      } else if (conn.kind === "stream" && conn.unsentBytes > 0) {
        const stuckAt = conn.progressAt + sendTimeoutMs;
        if (now >= stuckAt) this.#close(now, conn, "stuck", "stuck", "abort");
        else this.#wake(stuckAt);
      } else if (conn.kind === "stream" && idleMs > 0) {
        const busy = conn.inFlight > 0 || conn.state !== "open";
        const idleAt = (busy ? now : Math.max(conn.heardAt, conn.progressAt)) + idleMs;
        if (now >= idleAt) this.#close(now, conn, "idle", "idle", "close");
        else this.#wake(idleAt);
      }
    }
  }

  #onDrain(now: Instant, until: Instant): void {
    this.#drainUntil = Math.min(until, this.#drainUntil ?? until);
    this.#wake(this.#drainUntil);
    for (const id of [...this.#conns.keys()]) this.#end(now, id, "drain", "drained");
  }

  /** Reads no more; closes when nothing is owed. */
  #end(now: Instant, id: ConnId, input: "fin" | "bad" | "drain", why: Gone): void {
    const conn = this.#conns.get(id);
    if (conn === undefined) return;
    // After a FIN there is nothing to read, so nothing to pause.
    if (input !== "fin" && conn.state === "open" && conn.kind === "stream") {
      this.#effects.push({ type: "pause", conn: id });
    }
    go(conn, input, now);
    conn.why ??= why;
    this.#admit(now, conn);
  }

  /** Lets in what was received, as far as the limits allow, then stops or continues reading. */
  #admit(now: Instant, conn: Conn): void {
    if (conn.kind === "stream") {
      const calls = this.#takeReceived(now, conn);
      if (calls.length > 0) this.#effects.push({ type: "invoke", calls });
      this.#regulate(now, conn);
    }
    if (conn.state !== "ending" || conn.inFlight > 0 || conn.unsentBytes > 0 || conn.reader.ready > 0) return;
    this.#close(now, conn, "settled", conn.why ?? "fin", "close");
  }

  #takeReceived(now: Instant, conn: Conn): Call[] {
    const { calls: allCalls } = this.#limits;
    const calls: Call[] = [];
    try {
      while (this.#hasPlace(conn)) {
        if (this.#inFlight >= allCalls) {
          if (conn.reader.ready > 0) this.#starved.add(conn);
          break;
        }
        const record = conn.reader.next();
        if (record === undefined) break;
        const why = this.#take(conn, record, conn.peer, calls, now);
        if (why !== undefined) this.#bad(now, conn, why);
      }
    } catch (error) {
      if (!(error instanceof RecordError)) throw error;
      // Told once: in `ending` the reader throws each time it is looked at.
      if (conn.why !== "bad-record") this.#bad(now, conn, error.message);
    }
    return calls;
  }

  #hasPlace({ inFlight, unsentBytes, replyBytes }: Conn): boolean {
    const { callsPerConn, unsentBytes: most } = this.#limits;
    if (inFlight === 0) return unsentBytes <= most;
    return inFlight < callsPerConn && unsentBytes + inFlight * replyBytes <= most;
  }

  #bad(now: Instant, conn: Conn, why: string): void {
    this.#stats.dropped++;
    this.#notice({ kind: "bad-record", peer: conn.peer, why });
    if (conn.state === "open") this.#effects.push({ type: "pause", conn: conn.id });
    go(conn, "bad", now);
    conn.why = "bad-record";
  }

  /** One record: a call for `calls`, a refusal, or nothing. Returns what makes it unworthy of a connection. */
  #take(conn: Conn, record: Uint8Array, peer: Peer, calls: Call[], now = conn.heardAt): string | undefined {
    const header = parseCall(record);
    switch (header.kind) {
      case "call": {
        const call = this.#gate.admit(record, header, conn.id, peer);
        if ("code" in call) {
          this.#refuse(now, conn, peer, header.xid, call);
        } else {
          // A duplicate-request cache would look the call up here, and answer or hold it.
          calls.push(call);
          conn.inFlight++;
          this.#inFlight++;
          this.#stats.calls++;
        }
        return undefined;
      }
      case "rpc-mismatch":
        this.#refuse(now, conn, peer, header.xid, { code: "RPC_MISMATCH", low: 2, high: 2 });
        return undefined;
      case "truncated":
        this.#refuse(now, conn, peer, header.xid, { code: "GARBAGE_ARGS" });
        return undefined;
      case "bad-auth":
        this.#refuse(now, conn, peer, header.xid, { code: "AUTH_ERROR", authStat: header.authStat });
        return undefined;
      case "reply":
        this.#stats.dropped++;
        return undefined;
      default:
        if (conn.kind === "datagram") this.#stats.dropped++;
        return header.kind === "short"
          ? "a record too short for an xid"
          : "a message that is neither call nor reply";
    }
  }

  #refuse(now: Instant, conn: Conn, peer: Peer, xid: number, stat: Refusal): void {
    this.#stats.refused++;
    this.#notice({ kind: "refused", peer, xid, stat });
    this.#send(now, conn, refusalReply(xid, stat), peer);
  }

  #answered(now: Instant, call: Call): void {
    if (call.answered) throw new InvariantError(`call 0x${call.xid.toString(16)} was answered twice`, now);
    call.answered = true;
    this.#inFlight--;
    if (call.served.service.options.recycleArgs) this.#pool.recycle(call.record);
  }

  #send(now: Instant, conn: Conn, bytes: Uint8Array, peer: Peer): void {
    const datagram = conn.kind === "datagram";
    const out = datagram ? bytes.subarray(MARK_BYTES) : bytes;
    if (conn.unsentBytes === 0) {
      conn.progressAt = now;
      if (!datagram) this.#wake(now + this.#limits.sendTimeoutMs);
    }
    conn.unsentBytes += out.length;
    this.#effects.push({ type: "send", conn: conn.id, bytes: out, to: datagram ? peer : undefined });
  }

  #regulate(now: Instant, conn: Conn): void {
    const { callsPerConn, unsentBytes } = this.#limits;
    if (conn.state === "open") {
      if (conn.reader.ready > 0 || conn.unsentBytes > unsentBytes) {
        go(conn, "clog", now);
        this.#effects.push({ type: "pause", conn: conn.id });
      }
    } else if (conn.state === "paused") {
      if (
        conn.reader.ready === 0 &&
        2 * conn.inFlight <= callsPerConn &&
        2 * conn.unsentBytes <= unsentBytes
      ) {
        go(conn, "ease", now);
        conn.heardAt = now;
        this.#effects.push({ type: "resume", conn: conn.id });
      }
    }
  }

  #feedStarved(now: Instant): void {
    if (this.#starved.size === 0) return;
    for (const conn of [...this.#starved]) {
      if (this.#inFlight >= this.#limits.calls) return;
      this.#starved.delete(conn);
      this.#admit(now, conn);
    }
  }

  #close(now: Instant, conn: Conn, input: ConnInput, why: Gone, how: "close" | "abort", code?: string): void {
    go(conn, input, now);
    this.#conns.delete(conn.id);
    this.#starved.delete(conn);
    this.#effects.push({ type: how, conn: conn.id });
    this.#notice({ kind: "gone", peer: conn.peer, why, code });
  }

  #notice(notice: SvcNotice): void {
    this.#effects.push({ type: "notice", notice });
  }

  #wake(at: Instant): void {
    if (this.deadline === undefined || at < this.deadline) this.deadline = at;
  }
}
